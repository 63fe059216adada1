"""Every bad file through the pages that take papers: refused in words, or kept and checked."""

from __future__ import annotations

import re
import resource
import struct

from django.core.files.uploadedfile import SimpleUploadedFile

from services.cases.drafts import attachments_of
from services.catalogue.registry import current_procedure
from tenants.communes.current import in_commune
from tenants.jobs.runner import run_pending_jobs
from tests.bad_input.answers import answer_to, source_of, undone
from tests.bad_input.corpus import files
from tests.documents.files.test_checking import zeros
from tests.site_people import PROCEDURE, SitePeople
from tests.site_routes import Route, routes

FILES = files()
MOST_MEMORY_MB = 512


def _route(name: str) -> Route:
    return next(route for route in routes("commune") if route.name == name)


def test_there_are_a_hundred_of_them() -> None:
    assert len(FILES) >= 100
    assert len({file.data for file in FILES}) >= 80


def test_every_file_is_refused_in_words_or_kept_until_it_was_checked(people: SitePeople) -> None:
    """The citizen's papers: what is refused says why; what else was given stays."""
    route = _route("draft-papers")
    client, path = people.client_for(route), people.path(route)
    field = f"paper-{current_procedure(PROCEDURE).papers[0].key}"
    refused = kept = 0
    for file in FILES:
        sent = {field: SimpleUploadedFile(file.name, file.data, file.kind), "upload": "1"}
        with in_commune(people.here.code):
            before = len(attachments_of(people.draft.pk))
        with undone():
            response = answer_to_and_keep(client, path, sent, file.name)
            with in_commune(people.here.code):
                after = attachments_of(people.draft.pk)
        if response.status_code == 422:
            refused += 1
            page = source_of(response)
            assert 'role="alert"' in page, file.name
            assert len(after) == before, f"{file.name} was refused and kept"
            assert re.search(r"(Hãy|Xin|Chụp|Chọn|Gửi|gửi|chọn|chụp)", page), file.name
        else:
            kept += 1
            assert response.status_code == 302, f"{file.name}: {response.status_code}"
            assert len(after) == before + 1, f"{file.name} is lost"
            assert not re.search(r"[\x00-\x1f\u202e/\\]", after[-1].name), file.name
    assert refused >= 40 and kept >= 5, (refused, kept)


def answer_to_and_keep(client, path, sent, place):  # type: ignore[no-untyped-def]
    """What the page answers; what it wrote is still there."""
    response = client.post(path, sent)
    assert response.status_code < 500, f"{place}: {response.status_code}"
    return response


def test_the_check_of_those_that_are_kept_ends_within_its_limits(people: SitePeople) -> None:
    """All that look like papers at first sight, checked as the job runner does."""
    route = _route("draft-papers")
    client, path = people.client_for(route), people.path(route)
    field = f"paper-{current_procedure(PROCEDURE).papers[0].key}"
    with undone():
        for file in FILES[:41]:
            sent = {field: SimpleUploadedFile(file.name, file.data, file.kind), "upload": "1"}
            answer_to_and_keep(client, path, sent, file.name)
        assert run_pending_jobs() > 0
        page = client.get(path)
        assert page.status_code == 200
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert used < MOST_MEMORY_MB, f"{used:.0f} MB"


def test_pages_of_the_desk_take_them_too(people: SitePeople) -> None:
    """At the counter, and in the answer to a request for more."""
    key = current_procedure(PROCEDURE).papers[0].key
    for name in ("desk-counter-papers", "my-case-supplement", "desk-answer"):
        route = _route(name)
        client, path = people.client_for(route), people.path(route)
        for file in FILES[::4]:
            given = SimpleUploadedFile(file.name, file.data, file.kind)
            sent = {f"paper-{key}": given, "note": "Ghi chú còn nguyên", "seen": "x"}
            where = f"{name} {file.name}"
            response = answer_to(lambda c=client, p=path, s=sent: c.post(p, s), where)  # type: ignore[misc]
            if response.status_code == 422 and "note" in source_of(response):
                assert 'role="alert"' in source_of(response), where


def test_many_files_at_once_are_refused_in_words(people: SitePeople) -> None:
    route = _route("draft-papers")
    client, path = people.client_for(route), people.path(route)
    field = f"paper-{current_procedure(PROCEDURE).papers[0].key}"
    many = [SimpleUploadedFile(f"{number}.pdf", b"%PDF-") for number in range(40)]
    response = answer_to(lambda: client.post(path, {field: many}), path)
    assert response.status_code == 400 and "20 tệp" in source_of(response)


def _zip_of_ten_gigabytes_of_zeros() -> bytes:
    """A ZIP with one entry, some ten megabytes long, that unpacks to a thousand times as much."""
    packed = zeros(10_000)[2:]
    head = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, 0, len(packed), 0xFFFFFFFF, 5, 0)
    return head + b"0.pdf" + packed


def test_a_zip_of_ten_gigabytes_of_zeros_is_refused_in_words(people: SitePeople) -> None:
    """Whatever it is called: archives are no papers, and nothing of it is unpacked."""
    route = _route("draft-papers")
    client, path = people.client_for(route), people.path(route)
    field = f"paper-{current_procedure(PROCEDURE).papers[0].key}"
    data = _zip_of_ten_gigabytes_of_zeros()
    for name in ("ho-so.zip", "giay-to.pdf"):
        sent = {field: SimpleUploadedFile(name, data), "upload": "1"}
        response = answer_to(lambda s=sent: client.post(path, s), name)  # type: ignore[misc]
        assert response.status_code == 422, name
        assert 'role="alert"' in source_of(response), name

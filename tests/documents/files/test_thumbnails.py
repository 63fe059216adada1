"""Pictures of pages: drawn by the limited process, bounded, gone with their file."""

from __future__ import annotations

import contextlib
import io
import os
import time
from pathlib import Path

import pikepdf  # noqa: TID253 - makes the files that are drawn
import pytest
from django.conf import settings
from django.db import transaction
from PIL import Image  # noqa: TID253

from documents.files import thumbnails
from documents.files.checking import NotChecked
from documents.files.models import StoredFile
from documents.files.storing import path_of, remove_file, remove_orphans, store_bytes
from documents.files.tasks import draw_pages
from documents.files.thumbnails import Size, draw_batch, folder_of, picture_path
from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tests.documents.files.test_checking import saved, with_script
from tests.documents.files.test_content import pdf
from tests.documents.files.test_quarantine import keep


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILES_ROOT", tmp_path)


def drawn(stored: StoredFile, page: int = 1, size: Size = Size.READING) -> Image.Image:
    return Image.open(io.BytesIO(picture_path(stored.pk, page, size).read_bytes()))


def stored_of(data: bytes, kind: str = "application/pdf", pages: int = 1) -> StoredFile:
    return store_bytes(data, kind, pages=pages)


def sheet(width: float, height: float, content: bytes = b"") -> bytes:
    """A PDF of one page of this size in points, with what stands on it."""
    target = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        page.obj.MediaBox = pikepdf.Array([0, 0, width, height])
        page.obj.Contents = document.make_stream(content)
        document.save(target)
    return target.getvalue()


def test_what_passed_its_check_is_drawn_small_and_to_be_read(in_ba_dinh: CommuneInfo) -> None:
    stored = keep(pdf(3))
    run_pending_jobs()

    for page in (1, 2, 3):
        assert drawn(stored, page).size[0] == 1000 or drawn(stored, page).size[1] == 1600
        small = drawn(stored, page, Size.SMALL)
        assert max(small.size[0] / 160, small.size[1] / 224) == 1
    assert not picture_path(stored.pk, 4, Size.READING).exists()


def test_a_refused_file_is_not_drawn(in_ba_dinh: CommuneInfo) -> None:
    stored = keep(saved(with_script))
    run_pending_jobs()

    assert StoredFile.objects.get().state == StoredFile.State.REFUSED
    assert not folder_of(stored.pk).exists()
    draw_pages.func(str(stored.pk), 1)
    assert not folder_of(stored.pk).exists()


def test_a_photograph_lies_the_way_up_that_its_camera_noted(in_ba_dinh: CommuneInfo) -> None:
    target, notes = io.BytesIO(), Image.Exif()
    notes[0x0112] = 6
    Image.new("RGB", (4000, 3000), "red").save(target, "JPEG", exif=notes)
    stored = stored_of(target.getvalue(), "image/jpeg")

    assert draw_batch(stored, 1)

    assert drawn(stored).size == (1000, 1333)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *((mode, "PNG") for mode in ("1", "L", "LA", "P", "RGBA", "I;16")),
        *((mode, "JPEG") for mode in ("L", "RGB", "CMYK")),
    ],
)
def test_every_kind_of_picture_is_drawn(in_ba_dinh: CommuneInfo, mode: str, kind: str) -> None:
    target = io.BytesIO()
    Image.new(mode, (2600, 2100)).save(target, kind)
    stored = stored_of(target.getvalue(), f"image/{kind.lower()}")

    assert draw_batch(stored, 1)

    assert drawn(stored).size == (1000, 808)


def test_what_a_picture_leaves_open_is_paper(in_ba_dinh: CommuneInfo) -> None:
    target = io.BytesIO()
    Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(target, "PNG")
    stored = stored_of(target.getvalue(), "image/png")

    draw_batch(stored, 1)

    assert drawn(stored).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("width", "height"), [(20_000, 20_000), (3, 14_400), (14_400, 3), (1e9, 1e9), (0, 0)]
)
def test_a_page_of_any_size_costs_a_picture_of_the_usual_size_at_most(
    in_ba_dinh: CommuneInfo, width: float, height: float
) -> None:
    stored = stored_of(sheet(width, height))
    began = time.monotonic()

    assert draw_batch(stored, 1)

    assert time.monotonic() - began < 6
    if picture_path(stored.pk, 1, Size.READING).stat().st_size:
        across, down = drawn(stored).size
        assert across <= 1000 and down <= 1600


_MANY = b"0 0 1 1 re f " * 1000


def laughing(levels: int = 5) -> bytes:
    """A PDF in which each form draws the one before it thirty times."""
    target = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        inner = None
        for _ in range(levels):
            stream = document.make_stream(b"/X Do " * 30 if inner is not None else _MANY)
            stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            stream.BBox = pikepdf.Array([0, 0, 595, 842])
            if inner is not None:
                stream.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
            inner = document.make_indirect(stream)
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
        page.obj.Contents = document.make_stream(b"/X Do")
        document.save(target)
    return target.getvalue()


def drawn_at_last(stored: StoredFile) -> float:
    """Run the job as the runner does: anew while the machine is too busy to give a verdict."""
    for _ in range(8):
        began = time.monotonic()
        with contextlib.suppress(NotChecked):
            draw_pages.func(str(stored.pk), 1)
            return time.monotonic() - began
        assert not picture_path(stored.pk, 1, Size.READING).exists()
    pytest.skip("The machine is too busy for two seconds of work in five.")


def test_a_page_that_draws_for_hours_gets_a_place_without_a_picture_and_is_not_tried_again(
    in_ba_dinh: CommuneInfo,
) -> None:
    stored = stored_of(laughing())
    taken = drawn_at_last(stored)
    began = time.monotonic()
    draw_pages.func(str(stored.pk), 1)

    assert picture_path(stored.pk, 1, Size.READING).read_bytes() == b""
    assert taken < 8 and time.monotonic() - began < 1
    # The next file is none the worse for it.
    assert draw_batch(stored_of(pdf()), 1)


def test_more_pages_than_are_taken_are_not_drawn_even_were_the_file_let_in(
    in_ba_dinh: CommuneInfo,
) -> None:
    target = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(5000):
            document.add_blank_page()
        document.save(target)
    stored = stored_of(target.getvalue(), pages=5000)
    began = time.monotonic()

    draw_pages.func(str(stored.pk), 1)

    assert time.monotonic() - began < 6
    assert picture_path(stored.pk, 1, Size.READING).stat().st_size == 0
    assert len(list(folder_of(stored.pk).iterdir())) == 2 * thumbnails.PAGES_AT_ONCE


def test_only_the_first_pages_are_drawn_unasked_and_the_others_with_the_one_asked_for(
    in_ba_dinh: CommuneInfo,
) -> None:
    stored = stored_of(pdf(30), pages=30)

    draw_pages.func(str(stored.pk), 1)
    draw_pages.func(str(stored.pk), 27)
    run_pending_jobs()  # what a busy machine left to another job

    there = [n for n in range(1, 31) if picture_path(stored.pk, n, Size.READING).exists()]
    assert there == [*range(1, 13), *range(25, 31)]


def test_when_time_is_up_the_rest_is_left_to_another_job(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = stored_of(pdf(3), pages=3)
    monkeypatch.setattr(thumbnails, "_MOST_SECONDS", -1)

    draw_pages.func(str(stored.pk), 1)

    assert not folder_of(stored.pk).exists()
    assert Job.objects.filter(task=draw_pages.module_path).count() == 1


@pytest.mark.django_db(transaction=True)
def test_pictures_go_with_their_file_when_that_is_committed() -> None:
    with in_commune("00004"):
        stored = stored_of(pdf())
        draw_batch(stored, 1)
        folder = folder_of(stored.pk)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            remove_file(stored=StoredFile.objects.get(pk=stored.pk))
            raise ZeroDivisionError
        assert folder.exists()

        remove_file(stored=stored)

        assert not folder.exists()


def test_the_sweep_keeps_the_pictures_of_files_and_takes_those_of_none(
    in_ba_dinh: CommuneInfo,
) -> None:
    kept, lost = stored_of(pdf()), stored_of(pdf())
    for stored in (kept, lost):
        draw_batch(stored, 1)
    StoredFile.objects.filter(pk=lost.pk).delete()
    yesterday = time.time() - 25 * 60 * 60
    for path in (path_of(lost.pk), folder_of(lost.pk), folder_of(kept.pk)):
        os.utime(path, (yesterday, yesterday))

    assert remove_orphans() == 2

    assert drawn(kept).size and not folder_of(lost.pk).exists()

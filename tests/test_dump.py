"""A thief with the whole database, its jobs and the logs finds no identity number of anybody.

People do everything through the product; then every table of every schema is copied as text, with
what sessions unpack to, and searched for their numbers in every form that a program may give them.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from services.cases.drafts import attach_paper
from services.cases.models import Case, Draft
from services.catalogue.registry import get_version
from services.catalogue.schema import FieldSpec
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.models import Job
from tenants.jobs.runner import mask_error, run_pending_jobs
from tenants.kit.masking import MaskingFormatter
from tests.factories import make_account, make_draft, pdf_upload
from tests.identity_provider import Provider
from tests.journeys.answers import filing
from tests.journeys.people_at_work import Citizen, Desk, body
from tests.journeys.test_procedures import bring_to_result, track
from tests.messages_sent import code_to
from tests.tenants.accounts.identity.conftest import (  # noqa: F401 - fixtures
    provider_program,
    vneid,
)
from tests.tenants.accounts.identity.steps import NUMBER as VNEID_NUMBER
from tests.tenants.accounts.identity.steps import become_known

pytestmark = pytest.mark.django_db

BIRTH, MARRIAGE = "1.001193", "1.000894"
OWN, UNFILED, TYPED, SIGNED_IN = "001190777111", "001190777222", "001190777333", "001190777444"
PHONE = "0987650123"
_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")
_COLUMNS = (
    "SELECT schemaname, tablename FROM pg_tables "
    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
)


def dump() -> str:
    """Every row of every table as text, and what sessions hold unpacked."""
    out = io.StringIO()
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        tables = cursor.fetchall()
        assert len({schema for schema, _table in tables}) >= 3
        for schema, table in tables:
            cursor.copy_expert(f'COPY "{schema}"."{table}" TO STDOUT', out)  # type: ignore[attr-defined]
    for session in Session.objects.all():
        out.write(json.dumps(session.get_decoded(), ensure_ascii=False, default=str))
    return out.getvalue()


def forms_of(number: str) -> dict[str, str]:
    """The number as it may lie somewhere: grouped, in other alphabets, in bytes shown as hex."""
    forms = {"plain": number}
    for name, separator in (("spaces", " "), ("dots", "."), ("dashes", "-")):
        forms[name] = separator.join(number[at : at + 3] for at in range(0, 12, 3))
    for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le"):
        forms[f"{encoding} in hex"] = number.encode(encoding).hex()
    for encoding in ("ascii", "utf-16-le"):
        plain = number.encode(encoding)
        for before in range(3):
            packed = base64.b64encode(b"\0" * before + plain).decode()
            # Characters that neighbours change are left out at both ends.
            begin, end = (before * 8 + 5) // 6, (before + len(plain)) * 8 // 6
            forms[f"{encoding} in base64 after {before}"] = packed[begin:end]
    return forms


def found(numbers: set[str], text: str) -> dict[str, list[str]]:
    """Which of the numbers stand in a text, and how."""
    hits = {
        number: [name for name, form in forms_of(number).items() if form in text]
        for number in numbers
    }
    return {number: names for number, names in hits.items() if names}


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """What the product's own logging writes, with everything that any part of it tells."""
    target = io.StringIO()
    handler = logging.StreamHandler(target)
    handler.setFormatter(MaskingFormatter(settings.LOGGING["formatters"]["line"]["format"]))
    root = logging.getLogger()
    root.addHandler(handler)
    level, root.level = root.level, logging.DEBUG
    yield target
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def numbers(
    as_owner: None,
    logs: io.StringIO,
    ba_dinh: CommuneInfo,
    central_client: Client,
    commune_client: Callable[[CommuneInfo], Client],
    vneid: Provider,  # noqa: F811
) -> set[str]:
    """Everything that people do with their numbers; the numbers of all of them."""
    known = {OWN, UNFILED, TYPED, SIGNED_IN, VNEID_NUMBER}
    become_known(Client(SERVER_NAME=settings.BASE_DOMAIN), vneid)
    _sign_up(central_client)
    known |= _case_from_first_page_to_result(ba_dinh, BIRTH)
    _leave_half_done(ba_dinh, commune_client)
    _go_wrong(ba_dinh, central_client)
    return known


def _sign_up(client: Client) -> None:
    """An account by phone, its number written down, its data downloaded, sign-ins that fail."""
    password = "một câu dài dễ nhớ"
    client.post(
        "/tai-khoan/dang-ky/",
        {"full_name": "Lê Thị Lan", "password1": password, "agreed": "on", "phone": PHONE},
    )
    client.post("/tai-khoan/dang-ky/ma/", {"code": code_to(PHONE)})
    account = Account.objects.get(phone=PHONE)
    account.set_national_id(OWN)
    account.save()
    client.post("/tai-khoan/xac-nhan-lai/", {"password": password})
    client.get("/tai-khoan-cua-toi/?so=hien")
    assert OWN in body(client.post("/tai-khoan-cua-toi/tai-ve/du-lieu.json")).decode()
    for number in (OWN, SIGNED_IN):
        stranger = Client(SERVER_NAME=settings.BASE_DOMAIN)
        stranger.post("/tai-khoan/dang-nhap/", {"login": number, "password": "sai mật khẩu"})


def _case_from_first_page_to_result(commune: CommuneInfo, code: str) -> set[str]:
    """File, look up, receive with full numbers shown, examine, sign, collect, search."""
    one = filing(code, commune=commune.code)
    citizen = Citizen(commune, make_account("Nguyễn Thị Hoài Thương"))
    case = citizen.file(one.code, one.answers, one.papers)
    number = case.applicant_national_id
    desk = Desk(commune, "reception")
    page = f"/desk/ho-so/{case.code}/"
    desk.get(desk.press(page, action="/so-dinh-danh/"))
    desk.client.get("/desk/tim/", {"q": number})
    case = bring_to_result(commune, case, one.entries)
    run_pending_jobs()
    assert citizen.result(case).startswith(b"%PDF")
    assert track(commune, case.code, number).status_code == 200
    with in_commune(commune.code):
        answers = json.dumps(Case.objects.get(pk=case.pk).answers)
    in_entries = json.dumps(one.entries, default=str)
    return {number, *_NUMBER.findall(answers), *_NUMBER.findall(in_entries)}


def _leave_half_done(commune: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]) -> None:
    """Drafts that stay, answers that do not pass, forms of people whose session has ended."""
    one = filing(MARRIAGE, commune=commune.code)
    citizen = make_account("Trần Văn Đức")
    with in_commune(commune.code):
        draft: Draft = make_draft(one, account=citizen)
        papers = get_version(draft.procedure_code, draft.procedure_version).papers
        key = next(paper.key for paper in papers if paper.kind != "show")
        attach_paper(draft=draft, paper_key=key, upload=pdf_upload(f"{UNFILED}.pdf"))
    browser = commune_client(commune)
    browser.force_login(citizen)
    with in_commune(commune.code):
        definition = get_version(draft.procedure_code, draft.procedure_version)
    pages = [page for page in definition.pages if any(map(_asks_number, page.leaves))]
    place = f"/nop/{draft.pk}/{pages[0].key}/"
    for page in pages:
        wrong = {leaf.key: f"{TYPED}9" for leaf in page.leaves}
        assert browser.post(f"/nop/{draft.pk}/{page.key}/", wrong).status_code == 422
    signed_out = commune_client(commune)
    assert signed_out.post(place, {"bride_national_id": TYPED}).status_code == 302


def _asks_number(leaf: FieldSpec) -> bool:
    return leaf.type == "national_id"


def _go_wrong(commune: CommuneInfo, client: Client) -> None:
    """Errors, in jobs and on pages, whose words carry a number."""
    error = ValueError(f"không có ai mang số {TYPED}, điện thoại {PHONE}")
    with in_commune(commune.code):
        Job.objects.create(
            task="x", commune_code=commune.code, turn=1, state="failed", error=mask_error(error)
        )
    logging.getLogger("tenants.jobs.runner").warning("job failed", exc_info=error)
    logging.getLogger("django.request").error("Not Found: /tra-cuu/%s/?so=%s", TYPED, TYPED)
    assert client.get(f"/tra-cuu/{TYPED}/").status_code == 404


def test_nothing_of_anybodys_number_is_in_the_database_its_jobs_or_the_logs(
    numbers: set[str], logs: io.StringIO
) -> None:
    assert len(numbers) >= 8
    database = dump()
    # It is the database in which all this happened.
    assert "Nguyễn Thị Hoài Thương" in database
    assert found(numbers, database) == {}
    written = logs.getvalue()
    assert "job failed" in written and "Not Found" in written
    assert found(numbers, written) == {}
    assert PHONE not in written

    # The control: one number in clear, in each of the forms, is found.
    [number, *_] = sorted(numbers)
    for name, form in forms_of(number).items():
        Job.objects.update(error=f"x{form}y")
        assert name in found(numbers, dump())[number]
    with in_commune("00004"):
        Case.objects.update(step_name=number)
    assert "plain" in found(numbers, dump())[number]


def test_the_search_itself_finds_a_number_wherever_it_begins() -> None:
    for before in range(7):
        for plain in (OWN.encode(), OWN.encode("utf-16-le")):
            data = b"k" * before + plain + b"rest"
            assert found({OWN}, base64.b64encode(data).decode()), before
            assert found({OWN}, data.hex())

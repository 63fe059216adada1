"""Pages in English: what is still Vietnamese is data, namely names and procedures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from config.catalogue import catalogue_path, entries, read_catalogue
from documents.registers.models import Document
from services.cases.models import Case
from services.catalogue.registry import current_procedures, get_version
from tenants.communes.current import CommuneInfo, in_commune
from tenants.communes.official_list import provinces, search_communes
from tenants.organisation.models import Official, get_letterhead
from tests.factories import make_account, make_case
from tests.journeys.people_at_work import Citizen, Desk

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
VIETNAMESE = re.compile("[À-ÖØ-öø-ỹ]")
EXAMPLE = "làm giấy khai sinh cho con"
ENGLISH = catalogue_path("en")
READ_ALOUD = ("alt", "aria-label", "placeholder", "title")


class _Words(HTMLParser):
    """What a page says: its text, and the attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.said.append(" ".join(data.split()))


def words_of(response: HttpResponse) -> list[str]:
    parser = _Words()
    parser.feed(response.content.decode())
    return parser.said


def in_vietnamese(said: Iterable[str], names: Iterable[str]) -> list[str]:
    """What is still Vietnamese when names and the contents of procedures are taken away."""
    known = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    contents = tuple(
        text.lower()
        for procedure in current_procedures()
        for text in (procedure.short_name, procedure.time_limit.text, procedure.fee_text)
    )
    # Lists show how such a text begins.
    return [
        piece
        for text in said
        for piece in text.split(" · ")
        if VIETNAMESE.search(known.sub("", piece))
        and not any(content.startswith(piece.lower()) for content in contents)
    ]


@pytest.fixture
def compiled(tmp_path: Path, settings: Settings) -> None:
    """The catalogues as a program reads them, whether or not the set-up compiled them before."""
    for language in LANGUAGES:
        target = tmp_path / "locale" / language / "LC_MESSAGES" / "django.mo"
        target.parent.mkdir(parents=True)
        with target.open("wb") as file:
            write_mo(file, read_catalogue(catalogue_path(language), language))
    settings.LOCALE_PATHS = [tmp_path / "locale"]


def choose_english(client: Client) -> Client:
    response = client.post("/ngon-ngu/", {"language": "en", "next": "/"})
    assert response.status_code == 302
    return client


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(
    "path", ["/", "/?xa=ba+dinh", "/xa/", "/thu-tuc/", "/tra-cuu/", "/kiem-tra/",
             "/tai-khoan/dang-nhap/", "/tai-khoan/dang-ky/", "/tai-khoan/mat-khau/quen/"],
)  # fmt: skip
def test_a_page_of_the_central_site_in_english(
    path: str, central_client: Client, ba_dinh: CommuneInfo
) -> None:
    response = choose_english(central_client).get(path)
    assert '<html lang="en">' in response.content.decode()
    found = search_communes("ba dinh", 20)
    names = {"Xã Số", "Tiếng Việt", *(commune.name for commune in found)}
    names |= {province.name for province in provinces().values()}
    assert in_vietnamese(words_of(response), names) == []


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("path", ["/", "/thu-tuc/", "/thu-tuc/?tim=khai+sinh", "/tra-cuu/"])
def test_a_page_of_a_commune_in_english(
    path: str, commune_client: Callable[[CommuneInfo], Client], ba_dinh: CommuneInfo
) -> None:
    response = choose_english(commune_client(ba_dinh)).get(path)
    with in_commune(ba_dinh.code):
        centre = get_letterhead().centre_name
    names = {"Xã Số", "Tiếng Việt", ba_dinh.name, ba_dinh.province_name, centre, EXAMPLE}
    assert in_vietnamese(words_of(response), names) == []


@pytest.mark.usefixtures("compiled")
def test_a_refused_sign_in_is_explained_in_english(central_client: Client) -> None:
    client = choose_english(central_client)
    response = client.post("/tai-khoan/dang-nhap/", {"login": "0912345678", "password": "sai"})
    assert "The phone number, e-mail address, identity number or password is not right." in (
        response.content.decode()
    )


@pytest.mark.usefixtures("compiled")
def test_without_a_choice_pages_are_vietnamese(central_client: Client) -> None:
    page = central_client.get("/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="vi">' in page
    assert "Làm thủ tục với xã, phường của anh/chị" in page


# ── Pages of a case ──────────────────────────────────────────────────────


def texts_in(value: Any) -> Iterator[str]:
    """Every text in the content of a definition."""
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for member in value:
            yield from texts_in(member)


def left_in_vietnamese(response: HttpResponse, case: Case) -> set[str]:
    """Texts of the interface that the page says as the sources do."""
    english = {entry.id: entry.string for entry in entries(read_catalogue(ENGLISH, "en"))}
    definition = get_version(case.procedure_code, case.procedure_version)
    # Answers read as the documents will print them.
    data = {"Có", "Không", *texts_in(definition.model_dump(mode="json"))}
    with in_commune("00004"):
        data |= set(Document.objects.values_list("title", flat=True))
        data |= set(Official.objects.values_list("title", flat=True))
    said = {piece.strip(" .:,") for text in words_of(response) for piece in text.split(" · ")}
    return {text for text in said - data if english.get(text, text) != text}


@pytest.mark.usefixtures("compiled")
def test_a_citizen_follows_a_case_in_english(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        account = make_account()
        case = make_case(up_to="awaiting_decision", account=account)
    browser = Citizen(ba_dinh, account)
    choose_english(browser.client)
    page = browser.client.get(f"/ho-so/{case.code}/")
    assert '<html lang="en">' in page.content.decode()
    assert left_in_vietnamese(page, case) == set()


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("reception", "/desk/"),
        ("reception", "/desk/tai-quay/"),
        ("leader", "/desk/"),
        ("leader", "/desk/ho-so/{code}/"),
        ("leader", "/desk/ho-so/{code}/ky-duyet/"),
    ],
)
def test_the_desk_works_in_english(role: str, path: str, ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        case = make_case(up_to="awaiting_decision")
    desk = Desk(ba_dinh, role)
    choose_english(desk.client)
    page = desk.client.get(path.format(code=case.code))
    assert '<html lang="en">' in page.content.decode()
    assert left_in_vietnamese(page, case) == set()


@pytest.mark.usefixtures("compiled")
def test_a_document_is_vietnamese_whatever_language_the_signer_reads(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        case = make_case(up_to="awaiting_decision")
    desk = Desk(ba_dinh, "leader")
    path = f"/desk/ho-so/{case.code}/xem-truoc/"
    before = words_of(desk.client.get(path))
    choose_english(desk.client)
    assert words_of(desk.client.get(path)) == before
    assert any("CHỦ TỊCH" in text for text in before)

"""Filing, processing and tracking in a real browser, with scripts and without.

A gunicorn and a job runner serve a copy of the template database as the application's role. Every
page that anybody comes to is checked with axe.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

from services.cases.models import Case
from services.cases.states import CaseStatus
from services.catalogue.registry import current_procedure
from services.catalogue.schema import ProcedureDefinition
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tests.database import TestServer
from tests.factories import PDF, account_of, make_account, make_case, the_official
from tests.journeys.answers import filing
from tests.journeys.in_chromium import DESK, PHONE, Person
from tests.journeys.people import HUONG, Filing
from tests.journeys.people_at_work import squeezed, text_of_pdf
from tests.journeys.running_product import Product, communes, running_product
from tests.second_factor import App, give_app

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("BROWSER") == "off", reason="BROWSER=off"),
]

CORRECTION, BOOK_COPY = "1.004859", "2.000908"
PASSWORD = "hoa-sen-bay-canh"
JOURNEYS = 3
ROLES = ("reception", "specialist", "leader", "clerk")
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@dataclass
class Stage:
    """The running product with the people and cases that the journeys need."""

    product: Product
    here: CommuneInfo
    neighbour: CommuneInfo
    browser: Browser
    procedures: dict[str, ProcedureDefinition]
    citizen: str
    official: str
    sessions: dict[str, list[str]]
    apps: dict[str, App]
    cases: dict[str, Case]


@pytest.fixture(scope="module")
def stage(
    django_db_setup: TestServer,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """Everything up, everybody known, and a browser."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("Chromium is missing: apt-get install chromium (or BROWSER=off)")
    folder = tmp_path_factory.mktemp("product")
    with django_db_blocker.unblock(), running_product(django_db_setup, folder) as product:
        prepared = _prepare()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            yield Stage(product=product, browser=browser, **prepared)
            browser.close()


def _prepare() -> dict[str, Any]:
    """People with passwords and a case for each processing journey."""
    here, neighbour = communes()
    citizen = _with_password(make_account("Đỗ Thu Hương", email="thu.huong@example.vn"))
    with in_commune(here.code):
        accounts = {role: account_of(the_official(role)) for role in ROLES}
        official = _with_password(accounts["reception"])
        cases = {
            name: make_case(BOOK_COPY, account=Account.objects.get(email=citizen))
            for name in ("scripts", "no scripts", "tracked")
        }
    with in_commune(neighbour.code):
        accounts["stranger"] = account_of(the_official("reception"))
    return {
        "here": here,
        "neighbour": neighbour,
        "procedures": {code: current_procedure(code) for code in (CORRECTION, BOOK_COPY)},
        "citizen": citizen,
        "official": official,
        # Each is used once: showing the second factor gives a session a new key.
        "sessions": {
            who: [_session_of(account) for _ in range(JOURNEYS)]
            for who, account in accounts.items()
        },
        "apps": {who: App(give_app(account)) for who, account in accounts.items()},
        "cases": cases,
    }


def _session_of(account: Account) -> str:
    """The cookie of somebody who signed in a while ago; hashing passwords takes its time."""
    client = Client()
    client.force_login(account)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _with_password(account: Account) -> str:
    account.set_password(PASSWORD)
    account.save(update_fields=["password"])
    assert account.email
    return account.email


@pytest.fixture
def person(stage: Stage) -> Iterator[Callable[..., Person]]:
    """A person with a browser: `person(scripts=False, size=PHONE)`."""
    contexts = []

    def arrive(*, scripts: bool, size: Any = DESK) -> Person:
        context = stage.browser.new_context(
            java_script_enabled=scripts, viewport=size, locale="vi-VN"
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        if scripts:
            return Person(context)
        copies = stage.browser.new_context(viewport=size, locale="vi-VN")
        contexts.append(copies)
        return Person(context, copies.new_page())

    yield arrive
    for context in contexts:
        context.close()


def correction(commune: CommuneInfo) -> Filing:
    """A correction with a second row to add."""
    one = filing(CORRECTION, commune=commune.code)
    second = {"item": "Nơi sinh", "old_value": "Hà Đông", "new_value": "Hà Nội"}
    answers = {**one.answers, "changes": [*one.answers["changes"], second]}
    return Filing(one.code, answers, one.papers, one.entries, one.printed)


@SCRIPTS
def test_a_citizen_finds_the_commune_fills_the_form_and_sends_it(
    stage: Stage, person: Callable[..., Person], scripts: bool, tmp_path: Path
) -> None:
    huong = person(scripts=scripts, size=PHONE)
    huong.open(stage.product.central("/?xa=ba+dinh"))
    assert "Phường Ba Đình" in huong.text()
    huong.open(stage.product.commune(stage.here))
    huong.open(stage.product.commune(stage.here, "/thu-tuc/?tim=cai+chinh"))
    huong.open(stage.product.commune(stage.here, f"/thu-tuc/{CORRECTION}/"))
    huong.press("Bắt đầu")
    huong.sign_in(stage.citizen, PASSWORD)
    assert huong.path == f"/thu-tuc/{CORRECTION}/"
    huong.press("Bắt đầu")
    huong.page.locator('main a[href*="/nop/"]').first.click()
    huong.look()

    one = correction(stage.here)
    first = True
    while not huong.page.url.endswith("/giay-to/"):
        page = stage.procedures[CORRECTION].page(urlsplit_last(huong.page.url))
        assert page is not None, huong.page.url
        leaves = {leaf.key: leaf for leaf in page.leaves}
        if first:
            first = False
            _send_nothing_and_be_told(huong)
        huong.fill(leaves, one.answers)
        before = huong.page.url
        huong.press("Lưu và tiếp tục")
        assert huong.page.url != before, huong.text()

    scan = tmp_path / "giấy khai sinh.pdf"
    scan.write_bytes(PDF)
    for key in one.papers:
        huong.page.set_input_files(f'[name="paper-{key}"]', scan)
        if scripts:
            huong.page.get_by_role("button", name="Bỏ tệp").nth(one.papers.index(key)).wait_for()
            huong.look()
    huong.press("Lưu và xem lại")
    review = huong.page.url
    assert huong.path.endswith("/xem-lai/")
    for text in ("ĐỖ THU HƯƠNG", "19/7/1987", "Hà Đông", "giấy khai sinh.pdf"):
        assert text.casefold() in huong.text().casefold()
    huong.press("Nộp hồ sơ")
    assert "lời cam đoan" in huong.text()
    huong.page.check("[name=declared]")
    huong.press("Nộp hồ sơ")
    assert huong.path == "/ho-so/…/" and "moi=1" in huong.page.url
    code = huong.page.url.split("/")[4]
    assert code in huong.text() and huong.page.locator("svg").count()

    # Going back to the form that became a case leads to the case.
    huong.open(review)
    assert huong.path == "/ho-so/…/" and code in huong.text()
    huong.open(stage.product.central("/ho-so-cua-toi/"))
    assert code in huong.text() and "Mới đăng ký" in huong.text()
    answer = huong.page.goto(stage.product.commune(stage.neighbour, f"/ho-so/{code}/"))
    assert answer is not None and answer.status == 404
    huong.look()


def urlsplit_last(address: str) -> str:
    """The last part of an address's path."""
    return address.split("?")[0].rstrip("/").rsplit("/", 1)[-1]


def _send_nothing_and_be_told(person: Person) -> None:
    """An empty page comes back with a summary whose first link leads to the question."""
    for box in person.page.locator("main form.flow input[type=text]").all():
        box.fill("")
    person.press("Lưu và tiếp tục")
    summary = person.page.get_by_role("alert")
    assert summary.get_by_role("link").count()
    target = summary.get_by_role("link").first.get_attribute("href") or ""
    assert person.page.locator(f"[id='{target.removeprefix('#')}']").count() == 1
    assert person.page.title().startswith("Lỗi:")


def at_the_desk(stage: Stage, someone: Person, who: str, commune: CommuneInfo) -> None:
    """Open the desk; reception signs in first, the others did so before."""
    if who != "reception":
        someone.bring_session(stage.sessions[who].pop())
    someone.open(stage.product.commune(commune, "/desk/"))
    if who == "reception":
        someone.sign_in(stage.official, PASSWORD)
    someone.page.fill("[name=code]", stage.apps[who].code())
    someone.press("Tiếp tục")
    someone.press("Mở bàn làm việc")
    assert someone.path == "/desk/"


@SCRIPTS
def test_officials_of_four_roles_bring_a_case_to_its_result(
    stage: Stage, person: Callable[..., Person], scripts: bool, tmp_path: Path
) -> None:
    case = stage.cases["scripts" if scripts else "no scripts"]
    one = filing(BOOK_COPY, commune=stage.here.code)
    desk = stage.product.commune(stage.here, f"/desk/ho-so/{case.code}/")

    reception = person(scripts=scripts)
    at_the_desk(stage, reception, "reception", stage.here)
    assert case.applicant_name in reception.text()
    reception.open(desk)
    reception.press("Tiếp nhận, in giấy hẹn")
    assert str(CaseStatus.RECEIVED.label) in reception.text()

    specialist = person(scripts=scripts)
    at_the_desk(stage, specialist, "specialist", stage.here)
    specialist.open(desk)
    specialist.press("Nhận xử lý")
    specialist.follow("Thẩm định, chuyển bước")
    specialist.fill(stage.procedures[BOOK_COPY].entry_fields, one.entries)
    specialist.page.fill("[name=note]", "Đúng với sổ gốc.")
    specialist.press("Chuyển bước")
    assert "Ký bản sao" in specialist.text()

    leader = person(scripts=scripts)
    at_the_desk(stage, leader, "leader", stage.here)
    leader.open(desk)
    leader.follow("Xem và ký duyệt")
    leader.press("Ký duyệt, cấp số")
    assert re.search(r"0[12]/20\d\d", leader.text())

    clerk = person(scripts=scripts)
    at_the_desk(stage, clerk, "clerk", stage.here)
    clerk.open(desk)
    clerk.press("Đóng dấu, phát hành kết quả")

    huong = person(scripts=scripts, size=PHONE)
    huong.open(stage.product.commune(stage.here, f"/ho-so/{case.code}/"))
    huong.sign_in(stage.citizen, PASSWORD)
    pdf = _collect(stage, huong, case, tmp_path)
    text = text_of_pdf(pdf)
    assert "Bảnchưakýsố" in text and squeezed("BẢN SAO TỪ SỔ GỐC") in text
    huong.open(stage.product.commune(stage.here, f"/ho-so/{case.code}/"))
    assert str(CaseStatus.RETURNED.label) in huong.text()

    stranger = person(scripts=scripts)
    at_the_desk(stage, stranger, "stranger", stage.neighbour)
    assert case.applicant_name not in stranger.text()
    there = stage.product.commune(stage.neighbour, f"/desk/ho-so/{case.code}/")
    answer = stranger.page.goto(there)
    assert answer is not None and answer.status == 404


def test_an_official_adds_a_passkey_and_opens_the_desk_with_it(
    stage: Stage, person: Callable[..., Person]
) -> None:
    leader = person(scripts=True, size=PHONE)
    chip = leader.context.new_cdp_session(leader.page)
    chip.send("WebAuthn.enable")
    able = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    verifies = {"hasUserVerification": True, "isUserVerified": True, "hasResidentKey": True}
    chip.send("WebAuthn.addVirtualAuthenticator", {"options": {**able, **verifies}})

    leader.bring_session(stage.sessions["leader"].pop())
    leader.open(stage.product.central("/tai-khoan/hai-buoc/"))
    leader.follow("Thêm khóa truy cập")
    leader.page.fill("[name=code]", stage.apps["leader"].code())
    leader.press("Tiếp tục")
    leader.page.fill("[name=name]", "Điện thoại của tôi")
    leader.press("Tạo khóa truy cập")
    assert "Cất mã dự phòng" in leader.text()
    leader.follow("Đã cất mã, tiếp tục")
    assert "Điện thoại của tôi" in leader.text()

    # Setting it up showed a factor for no place; the desk is opened with the passkey itself.
    leader.page.goto(stage.product.commune(stage.here, "/desk/mo-ban/"))
    leader.press("Mở bàn làm việc")
    leader.page.goto(stage.product.commune(stage.here, "/desk/"))
    leader.press("Rời bàn")
    leader.open(stage.product.commune(stage.here, "/desk/"))
    assert "/xac-thuc/" in leader.page.url
    leader.press("Dùng khóa truy cập")
    leader.press("Mở bàn làm việc")
    assert leader.path == "/desk/"
    leader.open(stage.product.central("/tai-khoan/thiet-bi/"))
    assert stage.here.name in leader.text() and "Phiên này" in leader.text()


def test_a_citizen_sees_corrects_and_downloads_what_is_held_of_them(
    stage: Stage, person: Callable[..., Person], tmp_path: Path
) -> None:
    huong = person(scripts=False, size=PHONE)
    huong.open(stage.product.central("/tai-khoan-cua-toi/"))
    huong.sign_in(stage.citizen, PASSWORD)
    assert "Đỗ Thu Hương" in huong.text()
    huong.follow("Sửa thông tin")
    for typed, told in (("0123", "đang ghi 4 chữ số"), ("001 185 012 345", "Đã sửa")):
        huong.page.fill("[name=national_id]", typed)
        huong.press("Lưu")
        assert told in huong.text()
    assert "001******345" in huong.text()

    huong.follow("Tải toàn bộ dữ liệu của tôi")
    with huong.page.expect_event("download", timeout=60_000) as waiting:
        huong.page.get_by_role("button", name="Tải tệp PDF để đọc").click()
    waiting.value.save_as(tmp_path / "toi.pdf")
    assert squeezed("001185012345") in text_of_pdf((tmp_path / "toi.pdf").read_bytes())

    huong.open(stage.product.central("/tai-khoan-cua-toi/dong-y/"))
    huong.press("Để sau")
    huong.open(stage.product.central("/tai-khoan-cua-toi/dong/"))
    huong.press("Yêu cầu đóng tài khoản")
    assert "Tài khoản sắp đóng" in huong.text()
    huong.press("Giữ lại tài khoản")
    assert "Tài khoản được giữ lại" in huong.text()


def _collect(stage: Stage, citizen: Person, case: Case, folder: Path) -> bytes:
    """Take the result once the job runner has printed it."""
    button = citizen.page.get_by_role("button", name="Nhận kết quả (PDF)")
    for _ in range(40):
        if button.count():
            with citizen.page.expect_event("download", timeout=30_000) as waiting:
                button.first.click()
            file = folder / "ket-qua.pdf"
            waiting.value.save_as(file)
            return file.read_bytes()
        citizen.page.wait_for_timeout(500)
        citizen.page.reload()
    raise AssertionError(f"No result came: {stage.product.log.read_text()[-3000:]}")


@pytest.mark.parametrize(("scripts", "site"), [(True, "central"), (False, "commune")])
def test_anybody_with_code_and_number_follows_a_case(
    stage: Stage, person: Callable[..., Person], scripts: bool, site: str
) -> None:
    case = stage.cases["tracked"]
    path = "/tra-cuu/"
    product = stage.product
    address = product.central(path) if site == "central" else product.commune(stage.here, path)
    anybody = person(scripts=scripts, size=PHONE)
    anybody.open(address)
    for code, number, told in (
        ("", "", "Nhập mã in trên giấy hẹn"),
        (case.code, HUONG.national_id, "Không có hồ sơ nào khớp"),
        (case.code.lower(), _applicant_number(), "Mới đăng ký"),
    ):
        anybody.page.fill("[name=code]", code)
        anybody.page.fill("[name=national_id]", number)
        anybody.press("Tra cứu")
        assert told in anybody.text()
        assert case.answers["original_title"] not in anybody.text()
    assert case.procedure_name in anybody.text()


def _applicant_number() -> str:
    number = filing(BOOK_COPY).answers["requester_national_id"]
    assert isinstance(number, str)
    return number

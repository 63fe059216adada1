"""The organisation's pages in a real browser: none wider than a phone, none that axe objects to."""

from __future__ import annotations

import mimetypes
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Route, sync_playwright

from tenants.communes.current import CommuneInfo, in_commune
from tenants.fleet.support import open_support
from tenants.organisation.delegations import give_rights
from tenants.organisation.departments import add_department
from tenants.organisation.invitations import (
    invitation_link,
    invitations,
    invite,
    withdraw_invitation,
)
from tenants.organisation.models import Official
from tenants.organisation.people import Post
from tests.factories import make_account, make_case, make_official, the_official
from tests.journeys.in_chromium import AXE, DESK, PHONE, RULES
from tests.second_factor import open_operator_pages, show_factor
from tests.services.desk.conftest import Desk
from tests.services.desk.pages import BA_DINH

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STATIC = Path(settings.BASE_DIR) / "static"
HERE = "/desk/to-chuc/"


class Looks:
    """Pages as somebody's browser got them, to be drawn when all are there."""

    def __init__(self) -> None:
        self.pages: list[tuple[str, bytes]] = []

    def at(self, client: Client, host: str, path: str) -> None:
        """Ask for a page."""
        answer = client.get(path, SERVER_NAME=host)
        assert answer.status_code in (200, 403, 410), (path, answer.status_code)
        self.pages.append((f"http://{host}{path}", answer.content))  # type: ignore[attr-defined]

    def draw(self) -> None:
        """Draw each page, narrow and wide; the database is out of reach meanwhile."""
        with sync_playwright() as started:
            chromium = started.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = chromium.new_page()
            for address, html in self.pages:
                _serve(page, html)
                for size in (PHONE, DESK):
                    page.set_viewport_size(size)  # type: ignore[arg-type]
                    page.goto(address)
                    self._check(page, size["width"])
            chromium.close()

    def _check(self, page: Page, width: int) -> None:
        if folder := os.environ.get("LOOKS_FOLDER"):
            name = urlsplit(page.url).path.strip("/").replace("/", "-")[:60] or "home"
            number = len(list(Path(folder).iterdir()))
            page.screenshot(path=f"{folder}/{number:02d}-{name}-{width}.png", full_page=True)
        found = AXE.run(page, options=RULES)
        assert not found.violations_count, f"{page.url}\n{found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url} is {wide} px wide."


@pytest.fixture
def looks(ba_dinh: CommuneInfo) -> Looks:
    """Pages to look at."""
    return Looks()


def _serve(page: Page, html: bytes) -> None:
    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kind = mimetypes.guess_type(file.name)[0] or "text/plain"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        elif route.request.is_navigation_request() and not route.request.frame.parent_frame:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        else:
            route.abort()

    page.unroute_all()
    page.route("**/*", answer)


@pytest.fixture
def bao(ba_dinh: CommuneInfo) -> Official:
    """A specialist with a long name, among everything that the pages can show."""
    with in_commune(BA_DINH):
        admin = the_official("administrator")
        office = add_department(
            name="Văn phòng Hội đồng nhân dân và Ủy ban nhân dân phường Ba Đình", by=admin
        )
        add_department(name="Phòng Văn hóa – Xã hội", by=admin)
        bao = make_official(
            "specialist head clerk",
            name="Công Tằng Tôn Nữ Nguyễn Phước Hồng Diễm Quỳnh Anh",
            department=office,
            scope="ho-tich 2.000815",
        )
        today = timezone.localdate()
        give_rights(
            giver=the_official("leader"), receiver=bao, by=admin, capacity="authorised",
            roles=["leader"], ground="Quyết định số 12/QĐ-UBND ngày 20/11/2026",
            starts_on=today, ends_on=today,
        )  # fmt: skip
        post = Post("Vũ Thị Lan", "Công chức Văn thư", office, ["clerk", "reception"])
        invite(contact="mot-dia-chi-that-la-dai-cua-vu-thi-lan@vidu.vn", post=post, by=admin)
    return bao


def test_the_administrator_s_pages(
    desk: Desk, bao: Official, looks: Looks, ba_dinh: CommuneInfo
) -> None:
    operator = make_account("Đỗ Minh Khuê", is_operator=True)
    open_support(code=BA_DINH, operator=operator, reason="Không mở được hồ sơ", minutes=15)
    browser = desk("administrator")
    pages = ["", "?ten=khong-ai", f"can-bo/{bao.pk}/", f"can-bo/{bao.pk}/nghi/", "phong/"]
    for page in [*pages, "loi-moi/", "uy-quyen/", "nhat-ky/"]:
        looks.at(browser, ba_dinh.host, HERE + page)
    looks.at(browser, ba_dinh.host, "/desk/")
    looks.draw()


def test_the_invitation_and_support(
    bao: Official,
    looks: Looks,
    ba_dinh: CommuneInfo,
    commune_client: Callable[[CommuneInfo], Client],
) -> None:
    with in_commune(BA_DINH):
        invitation = invitations()[0]
        path = "/" + invitation_link(invitation).split("/", 3)[3]
        case = make_case("1.001193", "received")
    lan = make_account("Vũ Thị Lan", email="mot-dia-chi-that-la-dai-cua-vu-thi-lan@vidu.vn")
    client = commune_client(ba_dinh)
    for account in (make_account("Trần An"), lan):
        client.force_login(account)
        looks.at(client, ba_dinh.host, path)
    with in_commune(BA_DINH):
        withdraw_invitation(invitation=invitation, by=the_official("administrator"))
    looks.at(client, ba_dinh.host, path)

    operator = make_account("Đỗ Minh Khuê", is_operator=True)
    centre = Client(SERVER_NAME=settings.BASE_DOMAIN)
    centre.force_login(operator)
    open_operator_pages(centre)
    centre.get("/operator/")
    looks.at(centre, settings.BASE_DOMAIN, "/operator/xa/00004/")
    access = open_support(code=BA_DINH, operator=operator, reason="Hồ sơ lỗi mãi", minutes=15)
    client.force_login(operator)
    show_factor(client, place=BA_DINH)
    looks.at(client, ba_dinh.host, f"/desk/ho-tro/{access.pk}/")
    show_factor(client, place=BA_DINH)
    client.post(f"/desk/ho-tro/{access.pk}/")
    looks.at(client, ba_dinh.host, "/desk/?xem=dang-giai-quyet")
    looks.at(client, ba_dinh.host, f"/desk/ho-so/{case.code}/")
    looks.draw()

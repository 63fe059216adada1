"""The operator sees the communes on the platform; nobody else learns that there is such a page."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from tenants.communes.current import CommuneInfo, in_commune
from tenants.communes.models import Commune
from tests.factories import account_of, make_account, make_official

PAGE = "/operator/"


@pytest.fixture
def operator(central_client: Client, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo) -> Client:
    """The operator's browser."""
    central_client.force_login(make_account("Đỗ Minh Khuê", is_operator=True))
    return central_client


def rows_on(browser: Client, query: str = "") -> list[str]:
    page = html.unescape(browser.get(PAGE + query).content.decode())
    return [name for name in ("Phường Ba Đình", "Phường Ngọc Hà") if f">{name}</a>" in page]


def test_a_citizen_gets_404(central_client: Client) -> None:
    central_client.force_login(make_account("Người Dân"))
    assert central_client.get(PAGE).status_code == 404


def test_an_official_gets_404(central_client: Client, ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        account = account_of(make_official("administrator"))
    central_client.force_login(account)
    assert central_client.get(PAGE).status_code == 404


def test_who_is_not_signed_in_is_asked_to(central_client: Client) -> None:
    response = central_client.get(PAGE)
    assert response.status_code == 302 and "/tai-khoan/dang-nhap/" in response["Location"]


def test_a_communes_own_site_has_no_such_page(operator: Client, ba_dinh: CommuneInfo) -> None:
    assert operator.get(PAGE, SERVER_NAME=ba_dinh.host).status_code == 404


def test_the_operator_sees_the_communes_and_no_case(operator: Client) -> None:
    page = operator.get(PAGE)
    assert rows_on(operator) == ["Phường Ba Đình", "Phường Ngọc Hà"]
    assert "2 đơn vị trên nền tảng, cả nước có 3321" in html.unescape(page.content.decode())
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ba dinh", ["Phường Ba Đình"]),
        # Part of the former ward of that name came to Ba Đình.
        ("?q=Ngọc Hà", ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?q=00004", ["Phường Ba Đình"]),
        ("?q=lieu giai", ["Phường Ngọc Hà"]),  # a former name
        ("?tinh=01", ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?tinh=79", []),
        ("?q=khong co noi nay", []),
        ("?q=%00", ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?trang=2", []),
        ("?trang=khong", ["Phường Ba Đình", "Phường Ngọc Hà"]),
    ],
)
def test_communes_are_found_by_name_code_former_name_and_province(
    query: str, found: list[str], operator: Client
) -> None:
    assert rows_on(operator, query) == found


def test_a_suspended_commune_is_told_apart(operator: Client) -> None:
    Commune.objects.filter(code="00008").update(state="suspended")
    page = html.unescape(operator.get(PAGE).content.decode())
    assert "1 tạm dừng" in page and "tag--soon" in page

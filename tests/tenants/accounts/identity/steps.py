"""A browser's steps from the button to the provider and back, by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

from tests.identity_provider import Provider, address_there

THERE = "/tai-khoan/dinh-danh/vneid/di/"
BACK = "/tai-khoan/dinh-danh/vneid/ve/"
FIRST_TIME = "/tai-khoan/dinh-danh/lan-dau/"
MINE = "/tai-khoan/dinh-danh/"
PASSWORD = "một câu dài dễ nhớ"

NUMBER = "001190004321"
CLAIMS = {
    "SoDinhDanh": NUMBER,
    "HoVaTen": "PHẠM THỊ THU HIỀN",
    "NgayThangNamSinh": "07/03/1990",
    "SoDienThoai": "0987654321",
    "ThuDienTu": "hien@vidu.vn",
    "LoaiTaiKhoan": "1",
    "TechID": "b7d3",
    "loAs": "LoA2",
}


def go(client: Client, **fields: str) -> str:
    """Press the button; return the provider's address to which the page leads."""
    response = client.post(THERE, fields)
    assert response.status_code == 200, response.content.decode()
    return address_there(response.content.decode())


def come_back(client: Client, address: str) -> HttpResponse:
    """Open the address to which the provider sends one back."""
    parts = urlsplit(address)
    assert parts.path == BACK
    return client.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]


def round_trip(
    client: Client, provider: Provider, sub: str = "hien", *, fields: Any = None, **claims: Any
) -> HttpResponse:
    """Be known to the provider with these claims, go there, agree, and come back."""
    provider.knows(sub, **{**CLAIMS, **claims})
    return come_back(client, provider.agree(go(client, **(fields or {})), sub))


def become_known(client: Client, provider: Provider, sub: str = "hien", **claims: Any) -> None:
    """Come for the first time and make an account."""
    response = round_trip(client, provider, sub, **claims)
    assert response["Location"] == FIRST_TIME, response.content.decode()
    assert client.post(FIRST_TIME, {"agreed": "on"}).status_code == 302

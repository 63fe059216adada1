"""The hall of Ba Đình: three lines, two windows, and officials with browsers of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from services.reception.arranging import arrange_usually
from services.reception.devices import pair_device, set_device_cookie
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import the_official
from tests.services.desk.conftest import case_at, desk

__all__ = ["case_at", "desk"]

Device = Callable[..., Client]


@pytest.fixture
def hall(ba_dinh: CommuneInfo) -> CommuneInfo:
    """Lines A, B and C; window 1 calls A and C, window 2 calls B and C."""
    with in_commune(ba_dinh.code):
        arrange_usually(official=the_official("head"))
    return ba_dinh


@pytest.fixture
def device(hall: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]) -> Device:
    """`device("kiosk")`: the browser of a device that was made one."""

    def paired(kind: str, commune: CommuneInfo = hall) -> Client:
        from django.http import HttpResponse

        with in_commune(commune.code):
            made, key = pair_device(official=the_official("head"), kind=kind, name="Máy ở sảnh")
            answer = HttpResponse()
            set_device_cookie(answer, made, key)
        browser = commune_client(commune)
        browser.cookies.update(answer.cookies)
        return browser

    return paired


def text(page: Any) -> str:
    """What a page says, as it was sent."""
    return str(page.content.decode())

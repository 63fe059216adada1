"""Officials at the desk of Ba Đình, each with a browser of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from services.cases.models import Case
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import Stage, account_of, make_case, the_official
from tests.second_factor import open_desk

Desk = Callable[..., Client]
CaseAt = Callable[..., Case]


@pytest.fixture
def desk(ba_dinh: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]) -> Desk:
    """`desk("leader")`: the browser of an official with that role, the desk open."""

    def opened(role: str, commune: CommuneInfo = ba_dinh) -> Client:
        with in_commune(commune.code):
            account = account_of(the_official(role))
        browser = commune_client(commune)
        browser.force_login(account)
        open_desk(browser, commune)
        return browser

    return opened


@pytest.fixture
def case_at(ba_dinh: CommuneInfo) -> CaseAt:
    """`case_at("received")`: a birth registration in Ba Đình, brought to that stage."""

    def made(up_to: Stage = "registered", procedure: str = "1.001193", **given: object) -> Case:
        with in_commune(ba_dinh.code):
            return make_case(procedure, up_to, **given)  # type: ignore[arg-type]

    return made

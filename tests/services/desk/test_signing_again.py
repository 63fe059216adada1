"""Signing asks for the second factor again; the way there loses nothing."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from services.cases.models import Case
from services.cases.states import CaseStatus
from tenants.accounts.models import DeskSession
from tests.second_factor import show_factor
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import address, now_of, seen_on, text_of

REASON = "Trẻ đã được đăng ký khai sinh ở nơi khác."


def factor_grows_old() -> None:
    """Time passes since the factor was shown; the desk itself was used a moment ago."""
    old = timezone.now() - settings.SIGNING_FACTOR_AGE - timedelta(seconds=1)
    assert DeskSession.objects.update(second_factor_at=old)


@pytest.fixture
def leader(desk: Desk) -> Client:
    return desk("leader")


@pytest.fixture
def case(case_at: CaseAt) -> Case:
    return case_at("awaiting_decision")


@pytest.mark.parametrize("move", ["ky-duyet/", "khong-chap-thuan/"])
def test_an_old_factor_is_asked_for_before_the_page_of_a_signature(
    leader: Client, case: Case, move: str
) -> None:
    page = address(case, move)
    assert leader.get(page).status_code == 200
    factor_grows_old()
    asked = urlsplit(leader.get(page)["Location"])

    assert (asked.netloc, asked.path) == ("xaso.localhost", "/tai-khoan/hai-buoc/xac-thuc/")
    assert urlsplit(parse_qs(asked.query)["next"][0]).path == page
    # Other work goes on meanwhile.
    assert leader.get(address(case)).status_code == 200
    show_factor(leader, place="00004")
    assert leader.get(page).status_code == 200
    # Used up: when this one is old too, it is asked for once more.
    factor_grows_old()
    assert leader.get(page).status_code == 302


def test_nothing_is_signed_with_an_old_factor(leader: Client, case: Case) -> None:
    page = address(case, "ky-duyet/")
    token = seen_on(leader.get(page))
    factor_grows_old()
    answer = leader.post(page, {"seen": token})

    assert "/xac-thuc/" in answer["Location"]
    assert now_of(case).step_position == case.step_position
    show_factor(leader, place="00004")
    leader.post(page, {"seen": token})
    assert now_of(case).step_position > case.step_position


def test_a_factor_shown_for_another_commune_signs_nothing_here(leader: Client, case: Case) -> None:
    factor_grows_old()
    show_factor(leader, place="00008")
    assert "/xac-thuc/" in leader.get(address(case, "ky-duyet/"))["Location"]


def test_what_was_typed_comes_back_once_and_is_nowhere_to_be_read(
    leader: Client, case: Case
) -> None:
    page = address(case, "khong-chap-thuan/")
    token = seen_on(leader.get(page))
    factor_grows_old()
    leader.post(page, {"seen": token, "reason": REASON})
    assert REASON not in str(dict(leader.session.items()))
    show_factor(leader, place="00004")

    assert REASON in text_of(leader.get(page))
    assert REASON not in text_of(leader.get(page))
    assert now_of(case).state == CaseStatus.IN_PROCESS


def test_what_was_typed_belongs_to_its_page(leader: Client, case: Case, case_at: CaseAt) -> None:
    other = case_at("awaiting_decision")
    page = address(case, "khong-chap-thuan/")
    token = seen_on(leader.get(page))
    factor_grows_old()
    leader.post(page, {"seen": token, "reason": REASON})
    show_factor(leader, place="00004")

    assert REASON not in text_of(leader.get(address(other, "khong-chap-thuan/")))

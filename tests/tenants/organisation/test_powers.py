"""Rights of a day: one's own, and those that somebody gave for some days."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tenants.organisation.access import get_official
from tenants.organisation.models import Delegation, Official
from tenants.organisation.powers import powers_of
from tests.factories import account_of, make_official

ANYTHING = frozenset({"1.001193", "ho-tich"})
DAY = datetime.timedelta(days=1)


@pytest.fixture
def chairman(in_ba_dinh: CommuneInfo) -> Official:
    return make_official("leader administrator", may_sign=True)


@pytest.fixture
def deputy(in_ba_dinh: CommuneInfo) -> Official:
    return make_official("head")


def given(giver: Official, receiver: Official, **changed: Any) -> Delegation:
    today = timezone.localdate()
    fields = {"capacity": "deputy", "roles": "leader", "ground": "Quyết định 12/QĐ-UBND"}
    dates = {"starts_on": today, "ends_on": today}
    return Delegation.objects.create(
        giver=giver, receiver=receiver, **{**fields, **dates, **changed}
    )


def as_read(official: Official) -> Official:
    """The official as a page of the desk reads them."""
    return get_official(account_of(official))


def test_given_rights_are_there_and_say_for_whom(chairman: Official, deputy: Official):
    given(chairman, deputy)
    powers = powers_of(as_read(deputy))
    grant = powers.grant("leader", subjects=ANYTHING, signing=True)
    assert powers.has_role("leader") and powers.may_sign and grant is not None
    assert str(grant.on_behalf) == "KT. Chủ tịch Phan Văn Thắng"


def test_one_s_own_rights_go_first(chairman: Official):
    other = make_official("leader", name="Lê Văn Hai", may_sign=True)
    given(other, chairman)
    grant = powers_of(as_read(chairman)).grant("leader", subjects=ANYTHING, signing=True)
    assert grant is not None and grant.on_behalf is None


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [(-2, -1, False), (-2, 0, True), (0, 0, True), (0, 3, True), (1, 3, False)],
)
def test_rights_are_given_for_days(
    chairman: Official, deputy: Official, starts: int, ends: int, holds: bool
):
    today = timezone.localdate()
    given(chairman, deputy, starts_on=today + starts * DAY, ends_on=today + ends * DAY)
    assert powers_of(as_read(deputy)).has_role("leader") == holds
    # As those who were not read by a page, too.
    assert powers_of(Official.objects.get(pk=deputy.pk)).has_role("leader") == holds


def test_what_ended_early_is_over(chairman: Official, deputy: Official):
    given(chairman, deputy, ended_at=timezone.now())
    assert not powers_of(as_read(deputy)).has_role("leader")


@pytest.mark.parametrize(
    "lost", [{"active": False}, {"roles": "clerk"}, {"may_sign": False}], ids=lambda v: str(v)
)
def test_nobody_has_more_of_it_than_the_giver_has_now(
    chairman: Official, deputy: Official, lost: dict[str, Any]
):
    given(chairman, deputy)
    Official.objects.filter(pk=chairman.pk).update(**lost)
    assert powers_of(as_read(deputy)).grant("leader", subjects=ANYTHING, signing=True) is None


def test_received_rights_are_not_passed_on(chairman: Official, deputy: Official):
    clerk = make_official("clerk")
    given(chairman, deputy)
    given(deputy, clerk)
    assert not powers_of(as_read(clerk)).has_role("leader")


def test_the_administrator_s_rights_are_given_by_nobody(chairman: Official, deputy: Official):
    given(chairman, deputy, roles="leader administrator")
    assert not powers_of(as_read(deputy)).has_role("administrator")


def test_by_order_one_does_not_sign(chairman: Official, deputy: Official):
    given(chairman, deputy, capacity="order")
    powers = powers_of(as_read(deputy))
    assert powers.has_role("leader") and not powers.may_sign


def test_what_was_given_reaches_as_far_as_the_giver_s_scope(chairman: Official, deputy: Official):
    Official.objects.filter(pk=chairman.pk).update(scope="chung-thuc")
    given(chairman, deputy)
    powers = powers_of(as_read(deputy))
    assert powers.grant("leader", subjects=ANYTHING) is None
    assert powers.grant("leader", subjects={"2.000815", "chung-thuc"}) is not None


def test_all_of_it_is_read_in_the_one_statement(chairman: Official, deputy: Official):
    given(chairman, deputy)
    account = Account.objects.get(pk=deputy.account_id)
    with CaptureQueriesContext(connection) as asked:
        official = get_official(account)
        assert official.department is None
        assert powers_of(official).has_role("leader") and powers_of(official).may_sign
    assert len(asked) == 1

"""Refunds with their slips, and days that stay as they were closed."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from documents.registers.models import Document
from services.cases.models import Case
from services.payments.booking import take_cash
from services.payments.charges import unpaid_of
from services.payments.days import close_day, totals_of
from services.payments.errors import (
    DayClosed,
    DayNotOver,
    GroundMissing,
    MayNotCollect,
    NumberMissing,
    RefundSettled,
    TooMuchToRefund,
)
from services.payments.models import Payment, Refund
from services.payments.receiver import set_receiver
from services.payments.refunds import ask_refund, decline_refund, make_refund
from tests.factories import make_case, the_official

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(case: Case) -> Payment:
    return paid(case)


def paid(case: Case) -> Payment:
    official = the_official("reception")
    return take_cash(
        case_id=case.pk, case_code=case.code, due=16_000, given=16_000, official=official
    )


def asked(payment: Payment, amount: int = 16_000, method: str = "cash") -> Refund:
    return ask_refund(
        payment=payment,
        amount=amount,
        reason="Rút hồ sơ",
        method=method,
        official=the_official("reception"),
    )


def test_a_refund_has_its_slip_and_counts_to_the_day(case: Case, payment: Payment) -> None:
    done = make_refund(refund=asked(payment), official=the_official("clerk"))
    slip = Document.objects.get(pk=done.slip_id)
    assert slip.number == 1 and slip.content["receipt_number"] == "01/BL"
    assert slip.content["total_words"] == "Mười sáu nghìn đồng"
    assert totals_of(timezone.localdate()).expected_cash == 0
    assert unpaid_of(case.pk) == 0, "what was paid back is not owed again"
    with pytest.raises(RefundSettled):
        make_refund(refund=done, official=the_official("clerk"))


@pytest.mark.parametrize("amount", [0, -1, 16_001])
def test_no_more_than_came_goes_back(payment: Payment, amount: int) -> None:
    with pytest.raises(TooMuchToRefund):
        asked(payment, amount)


def test_what_is_asked_already_cannot_be_asked_again(payment: Payment) -> None:
    first = asked(payment, 10_000)
    with pytest.raises(TooMuchToRefund):
        asked(payment, 10_000)
    with pytest.raises(GroundMissing):
        decline_refund(refund=first, official=the_official("clerk"), reason="")
    decline_refund(refund=first, official=the_official("clerk"), reason="Không đúng người")
    assert asked(payment, 16_000).state == "asked"


def test_a_transfer_back_needs_the_banks_number(payment: Payment) -> None:
    refund = asked(payment, method="transfer")
    with pytest.raises(NumberMissing):
        make_refund(refund=refund, official=the_official("clerk"))
    done = make_refund(refund=refund, official=the_official("clerk"), number="FT 77")
    assert done.outside_number == "FT77"


def test_after_closing_money_counts_to_the_next_day(payment: Payment) -> None:
    today, official = timezone.localdate(), the_official("reception")
    with pytest.raises(GroundMissing):
        close_day(day=today, counted=15_000, reason=" ", official=official)
    row = close_day(day=today, counted=15_000, reason="Thiếu một tờ", official=official)
    report = Document.objects.get(pk=row.report_id)
    assert report.content["expected_cash"] == 16_000 and report.content["difference"] == -1_000
    assert report.content["by_official"] == [{"name": official.name, "amount": 16_000}]
    later = paid(make_case())
    assert later.booked_on == today + datetime.timedelta(days=1)
    assert totals_of(today).expected_cash == 16_000
    with pytest.raises(DayClosed):
        close_day(day=today, counted=16_000, reason="", official=official)


def test_only_days_with_money_are_closed(payment: Payment) -> None:
    official = the_official("reception")
    for days in (-5, 1):
        with pytest.raises(DayNotOver):
            close_day(
                day=timezone.localdate() + datetime.timedelta(days=days),
                counted=0,
                reason="",
                official=official,
            )


def test_who_collects_does_not_choose_the_account(payment: Payment) -> None:
    with pytest.raises(MayNotCollect):
        set_receiver(official=the_official("reception"), values={"account_number": "1234"})
    with pytest.raises(MayNotCollect):
        close_day(day=timezone.localdate(), counted=0, reason="", official=the_official("leader"))

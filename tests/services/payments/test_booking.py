"""Money comes once: what it pays, what stays over, and whose word counts."""

from __future__ import annotations

from typing import Any

import pytest

from documents.registers.models import Document
from services.cases.models import Case
from services.payments.adjusting import add_charge, cancel_charges, waive
from services.payments.booking import (
    asked_payment,
    book,
    confirm_transfer,
    new_payment,
    take_cash,
    unbook,
)
from services.payments.charges import charges_of, lock_charges, payments_of, unpaid_of
from services.payments.days import close_day
from services.payments.errors import (
    ChargeSettled,
    DayClosed,
    DueChanged,
    GroundMissing,
    MayNotCollect,
    NothingDue,
    NumberUsed,
    TooLittleGiven,
)
from services.payments.models import Charge, Payment
from tenants.history.events import Actor, events_of
from tests.factories import make_case, the_official

pytestmark = pytest.mark.django_db


def cash(case: Case, due: int = 16_000, given: int = 20_000) -> Payment:
    official = the_official("reception")
    return take_cash(case_id=case.pk, case_code=case.code, due=due, given=given, official=official)


def come(case: Case, amount: int) -> Payment:
    """Money for a case from outside, as a bank's statement tells of it."""
    lock_charges(case.pk)
    payment = new_payment(case.pk, case.code, amount, Payment.Method.TRANSFER)
    return book(payment, amount=amount, by=Actor.system())


def receipts(case: Case) -> list[Document]:
    return list(Document.objects.filter(case_id=case.pk, kind="fee_receipt").order_by("id"))


def test_filing_writes_down_what_is_owed(case: Case) -> None:
    (charge,) = charges_of(case.pk)
    assert (charge.amount, charge.full_amount, charge.state) == (16_000, 16_000, "due")
    assert unpaid_of(case.pk) == case.fee == 16_000
    asked = asked_payment(case.pk)
    assert asked is not None and asked.amount == 16_000
    assert asked.payer_name == case.applicant_name


def test_a_case_without_fees_asks_for_nothing(here: Any) -> None:
    free = make_case("1.014027")
    assert charges_of(free.pk) == payments_of(free.pk) == []
    assert unpaid_of(free.pk) == 0


def test_cash_settles_the_fees_with_a_receipt(case: Case) -> None:
    payment = cash(case)
    (receipt,) = receipts(case)
    assert (payment.amount, payment.given, payment.surplus) == (16_000, 20_000, 0)
    assert payment.receipt_id == receipt.pk
    assert receipt.content["total"] == 16_000
    assert receipt.content["total_words"] == "Mười sáu nghìn đồng"
    assert receipt.content["fee_lines"] == [{"name": "Bản sao Giấy khai sinh", "amount": 16_000}]
    assert receipt.content["payer"]["name"] == case.applicant_name
    assert receipt.content["symbol"] == "BD-26E"
    assert unpaid_of(case.pk) == 0 and asked_payment(case.pk) is None
    assert events_of(case.pk).last().verb == "pay"


def test_receipts_are_numbered_without_gaps(here: Any) -> None:
    first, refused, second = make_case(), make_case(), make_case()
    cash(first)
    with pytest.raises(TooLittleGiven):
        cash(refused, given=10_000)
    cash(second)
    (one,), (two,) = receipts(first), receipts(second)
    assert (one.number, two.number) == (1, 2)


def test_nothing_is_taken_twice(case: Case) -> None:
    cash(case)
    with pytest.raises(NothingDue):
        cash(case)
    assert len(receipts(case)) == 1


def test_a_stale_amount_is_refused(case: Case) -> None:
    with pytest.raises(DueChanged):
        cash(case, due=8_000)
    assert unpaid_of(case.pk) == 16_000


def test_only_who_collects_takes_money(case: Case) -> None:
    specialist = the_official("specialist")
    with pytest.raises(MayNotCollect):
        take_cash(
            case_id=case.pk, case_code=case.code, due=16_000, given=16_000, official=specialist
        )


def test_a_transfer_is_confirmed_once_by_the_banks_number(here: Any) -> None:
    one, other = make_case(), make_case()
    official = the_official("clerk")
    given: dict[str, Any] = {"due": 16_000, "number": "FT 2632 1234", "official": official}
    payment = confirm_transfer(case_id=one.pk, case_code=one.code, **given)
    assert payment.outside_number == "FT26321234"
    assert receipts(one)[0].content["method"] == "Chuyển khoản, số giao dịch FT26321234"
    with pytest.raises(NumberUsed, match=one.code):
        confirm_transfer(case_id=other.pk, case_code=other.code, **given)


def test_too_little_waits_for_the_rest(case: Case) -> None:
    come(case, 15_000)
    assert unpaid_of(case.pk) == 1_000
    assert receipts(case) == []
    asked = asked_payment(case.pk)
    assert asked is not None and asked.amount == 1_000
    cash(case, due=1_000, given=1_000)
    (receipt,) = receipts(case)
    assert receipt.content["total"] == 16_000
    assert [one.surplus for one in payments_of(case.pk) if one.is_paid] == [0, 0]


def test_too_much_stays_over(case: Case) -> None:
    payment = come(case, 20_000)
    assert (payment.surplus, payment.refundable) == (4_000, 20_000)
    assert receipts(case)[0].content["total"] == 16_000


def test_what_comes_after_the_case_was_stopped_is_all_too_much(case: Case) -> None:
    assert cancel_charges(case_id=case.pk) == 1
    assert unpaid_of(case.pk) == 0 and asked_payment(case.pk) is None
    payment = come(case, 16_000)
    assert payment.surplus == 16_000 and payment.receipt_id is None


def test_a_waiver_has_its_ground_and_lowers_what_is_asked(case: Case) -> None:
    by = Actor.official(the_official("reception"))
    (charge,) = charges_of(case.pk)
    with pytest.raises(GroundMissing):
        waive(charge=charge, amount=0, ground=" ", by=by)
    charge = waive(charge=charge, amount=8_000, ground="Hộ nghèo, giảm một nửa", by=by)
    assert (charge.amount, charge.full_amount) == (8_000, 16_000)
    asked = asked_payment(case.pk)
    assert asked is not None and asked.amount == 8_000
    charge = waive(charge=charge, amount=0, ground="Người khuyết tật", by=by)
    assert charge.state == Charge.State.WAIVED and unpaid_of(case.pk) == 0
    with pytest.raises(ChargeSettled):
        waive(charge=charge, amount=0, ground="Lần nữa", by=by)


def test_unused_money_pays_what_is_added(case: Case) -> None:
    come(case, 20_000)
    add_charge(
        case_id=case.pk,
        case_code=case.code,
        name="Phí thẩm định",
        amount=3_000,
        by=Actor.system(),
        payer={"name": "Lê Văn Tám", "address": ""},
    )
    assert unpaid_of(case.pk) == 0
    assert [charge.state for charge in charges_of(case.pk)] == ["paid", "paid"]
    assert [one.surplus for one in payments_of(case.pk) if one.is_paid] == [1_000]


def test_a_mistake_is_taken_back_while_the_day_is_open(case: Case) -> None:
    payment = cash(case)
    unbook(payment, by=Actor.official(the_official("reception")))
    assert unpaid_of(case.pk) == 16_000 and asked_payment(case.pk) is not None
    again = cash(case)
    close_day(day=again.booked_on, counted=16_000, reason="", official=the_official("reception"))
    with pytest.raises(DayClosed):
        unbook(again, by=Actor.official(the_official("reception")))

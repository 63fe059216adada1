"""Money at the same moment: many notices, cash against a notice, two people with one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from documents.registers.models import Document
from services.cases.models import Case
from services.payments.booking import take_cash
from services.payments.charges import payments_of, unpaid_of
from services.payments.days import close_day, totals_of
from services.payments.errors import NothingDue
from services.payments.fulfilment import begin_payment
from services.payments.gateways.vnpay import VNPAY
from services.payments.models import BankLine, CollectionDay, Payment
from services.payments.statements.importing import confirm_statement, upload_statement
from tenants.communes.current import CommuneInfo, in_commune
from tests.at_once import at_once
from tests.factories import make_account, make_case, the_official
from tests.services.payments.conftest import open_cash_desk
from tests.services.payments.test_vnpay import IPN, notice

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "00004"


@pytest.fixture
def at_desk() -> Iterator[CommuneInfo]:
    with in_commune(HERE) as commune:
        open_cash_desk()
        yield commune


@pytest.fixture
def online(at_desk: CommuneInfo) -> Case:
    return make_case(account=make_account())


def report(host: str, query: dict[str, str]) -> str:
    return str(Client(SERVER_NAME=host).get(IPN, query).json()["RspCode"])


def paid(case: Case) -> list[Payment]:
    with in_commune(HERE):
        return [one for one in payments_of(case.pk) if one.is_paid]


def test_twenty_notices_at_once_are_one_payment(at_desk: CommuneInfo, online: Case) -> None:
    payment = begin_payment(case_id=online.pk, case_code=online.code, gateway=VNPAY)
    query = notice(payment)
    answers = at_once(HERE, [lambda: report(at_desk.host, query)] * 20)
    assert sorted(map(str, answers)) == ["00"] + ["02"] * 19
    assert [one.amount for one in paid(online)] == [16_000]
    with in_commune(HERE):
        assert Document.objects.filter(kind="fee_receipt").count() == 1


def test_cash_and_a_notice_at_once_pay_the_fee_once(at_desk: CommuneInfo, online: Case) -> None:
    payment = begin_payment(case_id=online.pk, case_code=online.code, gateway=VNPAY)
    query, official = notice(payment), the_official("reception")

    def cash() -> object:
        return take_cash(
            case_id=online.pk, case_code=online.code, due=16_000, given=16_000, official=official
        )

    taken, answer = at_once(HERE, [cash, lambda: report(at_desk.host, query)])
    assert answer == "00"
    both = paid(online)
    over = sum(one.surplus for one in both)
    # Either the cash was refused, or the gateway's money is too much and stays to be paid back.
    assert (len(both), over) == ((1, 0) if isinstance(taken, NothingDue) else (2, 16_000))
    assert unpaid_of(online.pk) == 0


def test_one_file_by_two_people_at_once_is_booked_once(at_desk: CommuneInfo, online: Case) -> None:
    reference = next(one.reference for one in payments_of(online.pk))
    day = f"{timezone.localdate():%d/%m/%Y}"
    data = f"Ngày;Ghi có;Nội dung\n{day};16.000;{reference}\n{day};9.000;khac\n".encode()
    official = the_official("reception")
    kept = [upload_statement(file_name="a", data=data, official=official) for _ in range(4)]

    def confirmed(at: int) -> None:
        confirm_statement(statement=kept[at], official=official)

    at_once(HERE, [partial(confirmed, at) for at in range(4)])
    assert BankLine.objects.count() == 2
    assert [one.amount for one in paid(online)] == [16_000]


def test_no_payment_slips_into_a_day_that_is_being_closed(at_desk: CommuneInfo) -> None:
    cases, official = [make_case() for _ in range(6)], the_official("reception")
    today = timezone.localdate()

    def cash(case: Case) -> None:
        take_cash(case_id=case.pk, case_code=case.code, due=16_000, given=16_000, official=official)

    def close() -> None:
        close_day(day=today, counted=7, reason="đếm giữa chừng", official=official)

    acts: list[Callable[[], object]] = [partial(cash, case) for case in cases]
    acts.insert(3, close)
    at_once(HERE, acts)
    row = CollectionDay.objects.get(day=today)
    assert totals_of(today).expected_cash == row.expected_cash
    assert sum(one.amount for one in Payment.objects.filter(state="paid")) == 6 * 16_000
    numbers = Document.objects.filter(kind="fee_receipt").values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]

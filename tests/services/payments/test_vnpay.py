"""VNPAY: what goes out is signed, what comes in must be, and only the notice fulfils."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from services.cases.models import Case
from services.payments.adjusting import cancel_charges
from services.payments.booking import take_cash
from services.payments.charges import payments_of, unpaid_of
from services.payments.errors import GatewayNotReady
from services.payments.fulfilment import begin_payment
from services.payments.gateways.vnpay import VNPAY, sign, signed_text
from services.payments.models import Payment, Receiver
from services.payments.receiver import get_receiver
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tests.factories import the_official
from tests.services.payments.conftest import SECRET, TERMINAL

pytestmark = pytest.mark.django_db
IPN = "/thanh-toan/vnpay/ipn/"


def notice(payment: Payment, **changes: str) -> dict[str, str]:
    """VNPAY's report of a payment that came, signed."""
    params = {
        "vnp_Amount": str(payment.amount * 100),
        "vnp_BankCode": "NCB",
        "vnp_OrderInfo": f"Nop phi ho so {payment.reference}",
        "vnp_PayDate": "20261122101500",
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": TERMINAL,
        "vnp_TransactionNo": "14422574",
        "vnp_TransactionStatus": "00",
        "vnp_TxnRef": payment.reference,
        **changes,
    }
    return {**params, "vnp_SecureHash": sign(signed_text(params), SECRET)}


@pytest.fixture
def payment(case: Case) -> Payment:
    return begin_payment(case_id=case.pk, case_code=case.code, gateway=VNPAY)


@pytest.fixture
def vnpay(here: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]) -> Client:
    """VNPAY's server: it has no session and no cookie."""
    return commune_client(here)


def told(vnpay: Client, query: dict[str, str]) -> str:
    response = vnpay.get(IPN, query)
    assert response.status_code == 200
    return str(response.json()["RspCode"])


def test_the_known_vector_of_the_signature() -> None:
    # RFC 4231, test case 2.
    assert sign("what do ya want for nothing?", "Jefe").startswith("164b7a7bfcf819e2e395fbe73b56e0")


def test_the_address_is_signed_and_names_nobody(case: Case, payment: Payment) -> None:
    url = VNPAY.pay_url(
        get_receiver(), payment, back_to="https://x.vn/về đây", address="::1", at=timezone.now()
    )
    assert url.startswith("https://sandbox.vnpayment.vn/paymentv2/vpcpay.html?")
    params = dict(parse_qsl(urlsplit(url).query))
    given = params.pop("vnp_SecureHash")
    assert given == sign(signed_text(params), SECRET)
    assert params["vnp_Amount"] == "1600000"
    assert params["vnp_OrderInfo"].isascii()
    assert case.applicant_name not in url and SECRET not in url
    assert "+" in urlsplit(url).query and "%20" not in urlsplit(url).query


def test_a_notice_fulfils(case: Case, payment: Payment, vnpay: Client) -> None:
    assert told(vnpay, notice(payment)) == "00"
    payment.refresh_from_db()
    assert payment.is_paid and payment.outside_number == "14422574"
    assert unpaid_of(case.pk) == 0


def test_a_replay_is_one_payment(case: Case, payment: Payment, vnpay: Client) -> None:
    answers = [told(vnpay, notice(payment)) for _ in range(5)]
    assert answers == ["00", "02", "02", "02", "02"]
    assert sum(one.amount for one in payments_of(case.pk) if one.is_paid) == 16_000
    assert [event.verb for event in events_of(case.pk)].count("pay") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"vnp_SecureHash": ""},
        {"vnp_SecureHash": "0" * 128},
        {"vnp_SecureHash": "ế" * 64},
        {"vnp_Amount": "1500000"},
        {"vnp_ResponseCode": "24"},
        {"vnp_New": "1"},
    ],
)
def test_a_wrong_signature_changes_nothing(
    case: Case, payment: Payment, vnpay: Client, change: dict[str, str]
) -> None:
    assert told(vnpay, {**notice(payment), **change}) == "97"
    payment.refresh_from_db()
    assert payment.state == "waiting" and unpaid_of(case.pk) == 16_000


def test_a_foreign_terminal_is_a_wrong_signature(payment: Payment, vnpay: Client) -> None:
    assert told(vnpay, notice(payment, vnp_TmnCode="OTHER001")) == "97"


def test_an_unknown_reference_is_told(case: Case, payment: Payment, vnpay: Client) -> None:
    assert told(vnpay, notice(payment, vnp_TxnRef="XS00000000")) == "01"
    # A transfer's reference is not VNPAY's to report.
    asked = next(one for one in payments_of(case.pk) if one.method == "transfer")
    assert told(vnpay, notice(payment, vnp_TxnRef=asked.reference)) == "01"


@pytest.mark.parametrize("amount", ["1500000", "1600001", "1600000000", "0"])
def test_another_amount_books_nothing_and_is_seen(
    case: Case, payment: Payment, vnpay: Client, amount: str
) -> None:
    for _ in range(2):
        assert told(vnpay, notice(payment, vnp_Amount=amount)) == "04"
    payment.refresh_from_db()
    assert payment.state == "waiting" and payment.reported is not None
    assert unpaid_of(case.pk) == 16_000
    assert [event.verb for event in events_of(case.pk)].count("payment_differs") == 1
    assert told(vnpay, notice(payment)) == "00"


@pytest.mark.parametrize("amount", ["", "-1600000", "1e6", "16000.00", "٣٤", "9" * 40])
def test_an_amount_that_is_none_is_unreadable(payment: Payment, vnpay: Client, amount: str) -> None:
    assert told(vnpay, notice(payment, vnp_Amount=amount)) == "99"


def test_after_a_failure_one_can_pay_again(case: Case, payment: Payment, vnpay: Client) -> None:
    failed = notice(payment, vnp_ResponseCode="51", vnp_TransactionStatus="02")
    assert [told(vnpay, failed), told(vnpay, failed)] == ["00", "02"]
    payment.refresh_from_db()
    assert payment.state == "failed" and unpaid_of(case.pk) == 16_000
    again = begin_payment(case_id=case.pk, case_code=case.code, gateway=VNPAY)
    assert again.reference != payment.reference
    assert told(vnpay, notice(again)) == "00"
    assert unpaid_of(case.pk) == 0


def test_money_that_came_all_the_same_is_booked(payment: Payment, vnpay: Client) -> None:
    told(vnpay, notice(payment, vnp_ResponseCode="51"))
    assert told(vnpay, notice(payment)) == "00"
    payment.refresh_from_db()
    assert payment.is_paid


def test_paid_in_cash_meanwhile_is_too_much(case: Case, payment: Payment, vnpay: Client) -> None:
    take_cash(
        case_id=case.pk,
        case_code=case.code,
        due=16_000,
        given=16_000,
        official=the_official("reception"),
    )
    assert told(vnpay, notice(payment)) == "00"
    payment.refresh_from_db()
    assert (payment.surplus, payment.receipt_id) == (16_000, None)


def test_a_stopped_case_gets_its_money_back(case: Case, payment: Payment, vnpay: Client) -> None:
    cancel_charges(case_id=case.pk)
    assert told(vnpay, notice(payment)) == "00"
    payment.refresh_from_db()
    assert payment.surplus == 16_000


def test_without_a_contract_nothing_is_begun_and_nothing_believed(
    case: Case, payment: Payment, vnpay: Client
) -> None:
    receiver = Receiver.objects.get()
    receiver.secrets = {}
    receiver.save()
    with pytest.raises(GatewayNotReady):
        begin_payment(case_id=case.pk, case_code=case.code, gateway=VNPAY)
    unsigned = notice(payment)
    unsigned["vnp_SecureHash"] = sign(
        signed_text({k: v for k, v in unsigned.items() if k != "vnp_SecureHash"}), ""
    )
    assert told(vnpay, unsigned) == "97"


def test_no_parameter_comes_into_the_log(
    payment: Payment, vnpay: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    query = notice(payment)
    told(vnpay, {**query, "vnp_SecureHash": "0" * 128})
    told(vnpay, query)
    written = "\n".join(
        record.getMessage() for record in caplog.records if "SQL" not in record.name
    )
    lines = [line for line in written.splitlines() if "SELECT" not in line and "UPDATE" not in line]
    assert not any(value in "\n".join(lines) for value in (payment.reference, "14422574", SECRET))


def test_the_secret_lies_sealed(here: CommuneInfo) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text, secrets FROM payments_receiver r")
        text, sealed = cursor.fetchone()
    assert SECRET not in text and SECRET.encode() not in bytes(sealed)


def test_only_a_get_is_answered(vnpay: Client) -> None:
    assert vnpay.post(IPN).status_code == 405
    assert vnpay.head(IPN).status_code == 405
    assert vnpay.get(IPN).json()["RspCode"] == "97"

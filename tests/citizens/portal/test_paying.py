"""Paying for one's own case: what is due, by which ways, and what came of it."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from services.cases.models import Case
from services.cases.obligations import require_payment
from services.cases.states import CaseStatus
from services.cases.stopping import stop_case
from services.payments.booking import take_cash
from services.payments.charges import charges_of, payments_of, unpaid_of
from services.payments.models import Payment
from services.payments.vietqr import vietqr_text
from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.runner import run_pending_jobs
from tests.factories import make_account, make_case, the_official
from tests.services.payments.conftest import open_cash_desk
from tests.services.payments.test_vnpay import IPN, notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(ba_dinh: CommuneInfo) -> Iterator[Case]:
    with in_commune(ba_dinh.code):
        open_cash_desk()
        yield make_case(account=make_account(), up_to="in_process")


@pytest.fixture
def applicant(
    case: Case, ba_dinh: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]
) -> Client:
    browser = commune_client(ba_dinh)
    from tenants.accounts.models import Account

    browser.force_login(Account.objects.get(pk=case.account_id))
    return browser


def page(browser: Client, case: Case, query: str = "") -> str:
    response = browser.get(f"/ho-so/{case.code}/nop-phi/{query}")
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_the_page_says_what_is_due_and_how(applicant: Client, case: Case) -> None:
    asked = next(one for one in payments_of(case.pk) if one.state == "waiting")
    shown = page(applicant, case)
    for text in ("Nộp 16.000 đ", "VietinBank", "113366668888", asked.reference, "Nộp qua VNPAY"):
        assert text in shown
    text = vietqr_text(
        bank_bin="970415", account_number="113366668888", amount=16_000, purpose=asked.reference
    )
    assert asked.reference in text and 'class="qr"' in shown
    assert len(shown.encode()) < 50_000


def test_the_way_to_vnpay_and_back(applicant: Client, case: Case) -> None:
    away = applicant.post(f"/ho-so/{case.code}/nop-phi/vnpay/")
    assert away.status_code == 302 and away.headers["Location"].startswith("https://sandbox.vnpay")
    policy = applicant.get(f"/ho-so/{case.code}/nop-phi/").headers["Content-Security-Policy"]
    assert "https://sandbox.vnpayment.vn" in policy
    payment = Payment.objects.get(method="gateway")
    back = f"/ho-so/{case.code}/nop-phi/vnpay/ve/"
    returned = applicant.get(back, notice(payment))
    assert returned.headers["Location"].endswith(f"?lan={payment.reference}")
    assert unpaid_of(case.pk) == 16_000, "coming back fulfils nothing"
    assert "Đang chờ ngân hàng báo" in page(applicant, case, f"?lan={payment.reference}")
    Client(SERVER_NAME=applicant.defaults["SERVER_NAME"]).get(IPN, notice(payment))
    assert "Đã nhận tiền" in page(applicant, case, f"?lan={payment.reference}")
    forged = applicant.get(back, {**notice(payment), "vnp_SecureHash": "0"}, follow=True)
    assert "Chưa biết kết quả" in html.unescape(forged.content.decode())


def test_a_stranger_finds_no_page(
    case: Case, ba_dinh: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]
) -> None:
    stranger = commune_client(ba_dinh)
    stranger.force_login(make_account("Người Lạ"))
    assert stranger.get(f"/ho-so/{case.code}/nop-phi/").status_code == 404
    assert stranger.post(f"/ho-so/{case.code}/nop-phi/vnpay/").status_code == 404


def test_an_unknown_gateway_is_told(applicant: Client, case: Case) -> None:
    answer = applicant.post(f"/ho-so/{case.code}/nop-phi/khac/", follow=True)
    assert "chưa mở nộp tiền" in html.unescape(answer.content.decode())


def test_a_case_that_waits_for_money_goes_on_by_itself(case: Case) -> None:
    case = require_payment(
        case=case, official=the_official(case.step_role), amount=50_000, reason="Phí đo đạc"
    )
    assert case.state == CaseStatus.PAYMENT
    assert [one.amount for one in charges_of(case.pk)] == [16_000, 50_000]
    take_cash(
        case_id=case.pk,
        case_code=case.code,
        due=66_000,
        given=70_000,
        official=the_official("reception"),
    )
    run_pending_jobs()
    case.refresh_from_db()
    assert case.state == CaseStatus.IN_PROCESS and case.clock_stopped_at is None


def test_a_stopped_case_asks_for_nothing_more(case: Case) -> None:
    stop_case(
        case=case,
        official=the_official("leader"),
        ground="Điều 5",
        reason="Không thuộc thẩm quyền",
    )
    assert unpaid_of(case.pk) == 0
    assert {one.state for one in charges_of(case.pk)} == {"cancelled"}

"""The cash desk's pages: taking money, waiving, refunding, closing, and who may."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from services.cases.models import Case
from services.payments.charges import charges_of, payments_of, unpaid_of
from services.payments.models import BankLine, CollectionDay, Payment, Receiver, Refund
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import account_of, make_account, make_case, the_official
from tests.second_factor import open_desk
from tests.services.desk.pages import text_of
from tests.services.payments.conftest import ACCOUNT, open_cash_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(ba_dinh: CommuneInfo) -> Iterator[Case]:
    with in_commune(ba_dinh.code):
        open_cash_desk()
        yield make_case(account=make_account())


@pytest.fixture
def desk_of(
    ba_dinh: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]
) -> Callable[[str], Client]:
    def opened(role: str) -> Client:
        browser = commune_client(ba_dinh)
        with in_commune(ba_dinh.code):
            account = account_of(the_official(role))
        browser.force_login(account)
        open_desk(browser, ba_dinh)
        return browser

    return opened


def money_page(case: Case, part: str = "") -> str:
    return f"/desk/ho-so/{case.code}/phi/{part}"


def test_cash_gives_change_and_a_receipt(case: Case, desk_of: Callable[[str], Client]) -> None:
    reception = desk_of("reception")
    page = text_of(reception.get(money_page(case)))
    assert "16.000 đ" in page and "VietinBank" in page and 'class="qr"' in page
    done = reception.post(
        money_page(case, "tien-mat/"), {"due": 16000, "given": "50.000"}, follow=True
    )
    assert "Trả lại khách 34.000 đ" in text_of(done)
    assert "Biên lai thu phí, lệ phí" in text_of(done)
    assert unpaid_of(case.pk) == 0


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "bắt buộc"),
        ("mười nghìn", "chữ số"),
        ("16.000,50", "chữ số"),
        ("-16000", "chữ số"),
        ("10.000", "ít hơn số phải nộp"),
        ("9" * 15, "chữ số"),
    ],
)
def test_what_was_typed_wrong_stays_on_the_page(
    case: Case, desk_of: Callable[[str], Client], given: str, says: str
) -> None:
    answer = desk_of("reception").post(
        money_page(case, "tien-mat/"), {"due": 16000, "given": given}
    )
    assert answer.status_code == 422
    assert (says in text_of(answer) and f'value="{given}"' in text_of(answer)) or not given
    assert not any(one.is_paid for one in payments_of(case.pk))


def test_others_see_the_money_and_touch_nothing(
    case: Case, desk_of: Callable[[str], Client]
) -> None:
    specialist = desk_of("specialist")
    assert "Thu tiền mặt" not in text_of(specialist.get(money_page(case)))
    answer = specialist.post(money_page(case, "tien-mat/"), {"due": 16000, "given": "16000"})
    assert answer.status_code == 422
    assert unpaid_of(case.pk) == 16_000
    assert specialist.get("/desk/thu-phi/").status_code == 404


def test_a_fee_is_waived_with_its_ground(case: Case, desk_of: Callable[[str], Client]) -> None:
    reception = desk_of("reception")
    (charge,) = charges_of(case.pk)
    without = reception.post(money_page(case, "mien-giam/"), {"charge": charge.pk, "ground": ""})
    assert without.status_code == 422
    not_less = {"charge": charge.pk, "ground": "Hộ nghèo", "amount": "16.000"}
    assert reception.post(money_page(case, "mien-giam/"), not_less).status_code == 422
    reception.post(
        money_page(case, "mien-giam/"), {"charge": charge.pk, "ground": "Người thuộc hộ nghèo"}
    )
    (charge,) = charges_of(case.pk)
    assert (charge.state, charge.ground) == ("waived", "Người thuộc hộ nghèo")


def test_a_refund_is_asked_and_made(case: Case, desk_of: Callable[[str], Client]) -> None:
    clerk = desk_of("clerk")
    clerk.post(money_page(case, "chuyen-khoan/"), {"due": 16000, "number": "FT1"})
    paid = next(one for one in payments_of(case.pk) if one.is_paid)
    asked = {"payment": paid.pk, "amount": "16.000", "reason": "Rút hồ sơ", "method": "cash"}
    clerk.post(money_page(case, "hoan/"), asked)
    refund = Refund.objects.get()
    done = clerk.post(money_page(case, f"hoan/{refund.pk}/"), follow=True)
    assert "Phiếu hoàn trả phí, lệ phí" in text_of(done)
    again = clerk.post(money_page(case, f"hoan/{refund.pk}/"), follow=True)
    assert "đã được giải quyết rồi" in text_of(again)


def test_a_day_is_closed_with_its_report(case: Case, desk_of: Callable[[str], Client]) -> None:
    reception, leader = desk_of("reception"), desk_of("leader")
    reception.post(money_page(case, "tien-mat/"), {"due": 16000, "given": "16000"})
    assert "Thu phí" in text_of(reception.get("/desk/"))
    today = f"{timezone.localdate():%Y-%m-%d}"
    without = reception.post("/desk/thu-phi/chot/", {"day": today, "counted": "15.000"})
    assert without.status_code == 422 and "lý do" in text_of(without)
    closed = reception.post(
        "/desk/thu-phi/chot/",
        {"day": today, "counted": "15.000", "reason": "Thiếu tiền lẻ"},
        follow=True,
    )
    assert "Thiếu tiền lẻ" in text_of(closed)
    row = CollectionDay.objects.get(closed_at__isnull=False)
    page = leader.get(f"/desk/thu-phi/bao-cao/{row.report_id}/")
    assert case.code in text_of(page) and "16.000" in text_of(page)
    assert leader.post("/desk/thu-phi/chot/", {"day": today, "counted": "0"}).status_code == 404
    table = b"".join(leader.get("/desk/thu-phi/tai-ve/csv/").streaming_content)  # type: ignore[attr-defined]
    assert case.code in table.decode() and "16000" in table.decode()


@pytest.mark.parametrize("asked", ["", "x", "2026-13-45", "9999-12-31", "0001-01-01"])
def test_any_day_may_be_asked_for(case: Case, desk_of: Callable[[str], Client], asked: str) -> None:
    assert desk_of("reception").get("/desk/thu-phi/", {"ngay": asked}).status_code == 200


def test_the_account_is_set_by_a_leader_with_the_factor(
    case: Case, desk_of: Callable[[str], Client]
) -> None:
    assert desk_of("reception").get("/desk/thu-phi/noi-nhan/").status_code == 404
    leader = desk_of("leader")
    page = text_of(leader.get("/desk/thu-phi/noi-nhan/"))
    assert "/thanh-toan/vnpay/ipn/" in page and "A secret of tests only" not in page
    wrong = leader.post("/desk/thu-phi/noi-nhan/", {**ACCOUNT, "bank_bin": "97041"})
    assert wrong.status_code == 422
    leader.post("/desk/thu-phi/noi-nhan/", {**ACCOUNT, "account_number": "999888777"})
    receiver = Receiver.objects.get()
    assert receiver.account_number == "999888777"
    assert receiver.secrets == {"vnpay": "A secret of tests only"}


def test_a_statement_goes_from_upload_to_the_books(
    case: Case, desk_of: Callable[[str], Client]
) -> None:
    reception = desk_of("reception")
    asked = next(one for one in payments_of(case.pk) if one.state == "waiting")
    day = f"{timezone.localdate():%d/%m/%Y}"
    text = f"Ngày giao dịch;Ghi có;Nội dung\n{day};16.000;NGUYEN VAN A {asked.reference}\n"
    text += f"{day};5.000;khong ro\n"
    upload = SimpleUploadedFile("sao-ke.csv", text.encode(), "text/csv")
    page = reception.post("/desk/thu-phi/sao-ke/", {"file": upload}, follow=True)
    assert "Khớp, sẽ ghi nhận: <b>1</b>" in text_of(page)
    address = page.request["PATH_INFO"]
    columns = {"heading": 0, "day": 0, "amount": 1, "text": 2, "number": -1, "payer": -1}
    assert reception.post(f"{address}cot/", columns).status_code == 302
    page = reception.post(f"{address}ghi-so/", follow=True)
    assert "Đã ghi nhận" in text_of(page) and unpaid_of(case.pk) == 0
    unknown = BankLine.objects.get(state="unknown")
    reception.post(f"/desk/thu-phi/dong/{unknown.pk}/ghi/", {"other": case.code})
    assert Payment.objects.get(surplus=5_000).case_id == case.pk
    booked = BankLine.objects.get(number=2)
    page = reception.post(f"/desk/thu-phi/dong/{booked.pk}/go/", follow=True)
    assert "Đã gỡ" in text_of(page)
    assert unpaid_of(case.pk) == 11_000


def test_a_file_that_is_no_statement_is_refused_with_words(
    case: Case, desk_of: Callable[[str], Client]
) -> None:
    reception = desk_of("reception")
    for data in (b"\xd0\xcf\x11\xe0old", b"PK\x03\x04no zip", b"a" * (2 * 1024 * 1024 + 5)):
        upload = SimpleUploadedFile("a.xlsx", data)
        answer = reception.post("/desk/thu-phi/sao-ke/", {"file": upload})
        assert answer.status_code == 422 and "Có chỗ cần sửa" in text_of(answer)

"""The receipt slip (form 01): what was counted, how the result comes, what is to be paid."""

from __future__ import annotations

import pytest

from documents.registers.models import Document
from services.cases.contents import receipt_slip_content
from services.cases.intake import accept_case, definition_of
from services.cases.models import Case, PaperCount
from services.cases.states import ReturnWay
from services.payments.adjusting import add_charge
from services.payments.charges import payments_of
from services.payments.models import Receiver
from tenants.history.events import Actor
from tenants.organisation.models import get_letterhead
from tests.factories import make_account, make_case, the_official

pytestmark = pytest.mark.usefixtures("in_ba_dinh")


def content_of(case: Case) -> dict[str, object]:
    return receipt_slip_content(
        case, definition_of(case), get_letterhead(), the_official("reception")
    )


def test_sheets_counted_at_the_counter_stand_on_the_slip() -> None:
    case = make_case(up_to="received")
    key = definition_of(case).papers[0].key
    PaperCount.objects.create(owner_id=case.pk, paper_key=key, original=1, certified=2, copy=3)
    Case.objects.filter(pk=case.pk).update(sets=2)
    case.refresh_from_db()

    content = content_of(case)

    rows = content["papers"]
    assert isinstance(rows, list)
    name = definition_of(case).papers[0].name
    (row,) = [row for row in rows if row["name"] == name]
    assert (row["original"], row["certified"], row["copy"]) == (1, 2, 3)
    assert content["sets"] == 2


@pytest.mark.parametrize(
    ("way", "text"),
    [
        (ReturnWay.COUNTER, "Bản giấy tại"),
        (ReturnWay.ONLINE, "Bản điện tử tại http"),
        (ReturnWay.POST, "Gửi qua bưu chính"),
    ],
)
def test_the_slip_says_how_the_result_comes(way: ReturnWay, text: str) -> None:
    case = make_case(up_to="received")
    Case.objects.filter(pk=case.pk).update(return_way=way)
    case.refresh_from_db()

    assert str(content_of(case)["collect_text"]).startswith(text)


def test_who_filed_online_needs_not_sign_and_who_came_does() -> None:
    came = make_case(up_to="received")
    online = make_case(up_to="received", account=make_account())

    assert content_of(came)["filed_text"] == ""
    assert str(content_of(online)["filed_text"]).startswith("Nộp trực tuyến lúc ")


def test_the_slip_bears_the_number_of_the_row_in_the_years_register() -> None:
    first, second = make_case(up_to="received"), make_case(up_to="received")

    assert content_of(first)["book_number"] == "0001"
    assert content_of(second)["book_number"] == "0002"


def test_what_is_still_owed_can_be_paid_by_the_code_on_the_slip() -> None:
    Receiver.objects.update_or_create(
        pk=1,
        defaults={
            "bank_bin": "970436",
            "bank_name": "Ngân hàng A",
            "account_number": "0123456789",
            "account_holder": "UBND PHUONG BA DINH",
            "secrets": {},
        },
    )
    case = make_case()
    add_charge(
        case_id=case.pk,
        case_code=case.code,
        name="Phí bản sao",
        amount=16000,
        by=Actor.system(),
        payer={"name": "Lê Văn Tám", "address": ""},
    )
    (asked,) = payments_of(case.pk)

    accept_case(case=case, official=the_official("reception"))

    slip = Document.objects.get(case_id=case.pk, kind=Document.Kind.RECEIPT_SLIP)
    code = slip.content["vietqr"]
    assert code["amount"] == asked.amount >= 16000
    assert code["payload"].startswith("000201")
    assert asked.reference in code["payload"]


def test_a_commune_without_an_account_prints_no_code() -> None:
    case = make_case(up_to="received")
    add_charge(
        case_id=case.pk,
        case_code=case.code,
        name="Phí bản sao",
        amount=16000,
        by=Actor.system(),
        payer={"name": "Lê Văn Tám", "address": ""},
    )

    assert content_of(case)["vietqr"] is None

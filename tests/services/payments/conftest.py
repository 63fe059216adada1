"""A commune that takes money: its account, its contract with VNPAY, a case that owes a fee."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.cases.models import Case
from services.payments.models import Receiver
from services.payments.receiver import set_receiver
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import make_account, make_case, the_official

TERMINAL, SECRET = "XASO0001", "A secret of tests only"
ACCOUNT = {
    "bank_bin": "970415",
    "bank_name": "VietinBank",
    "account_number": "113366668888",
    "account_holder": "UBND PHUONG BA DINH",
    "tax_code": "0100112437",
    "receipt_form": "01BLP0-001",
    "receipt_symbol": "BD-26E",
    "vnpay_terminal": TERMINAL,
}


def open_cash_desk() -> Receiver:
    """Set where the current commune's money goes."""
    return set_receiver(
        official=the_official("administrator"), values=ACCOUNT, secrets={"vnpay": SECRET}
    )


@pytest.fixture
def here(ba_dinh: CommuneInfo) -> Iterator[CommuneInfo]:
    """Ba Đình with its cash desk set up."""
    with in_commune(ba_dinh.code) as commune:
        open_cash_desk()
        yield commune


@pytest.fixture
def case(here: CommuneInfo) -> Case:
    """A birth registered online with two copies: 16.000 đồng."""
    return make_case(account=make_account())

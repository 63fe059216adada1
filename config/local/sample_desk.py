"""What a demo's desk has beside its cases: where fees go, the hall, and something people said."""

from __future__ import annotations

import datetime

from services.feedback.models import Petition
from services.feedback.petitions import file_petition
from services.payments.receiver import set_receiver
from services.reception.arranging import add_plan, arrange_usually, lines
from tenants.accounts.models import Account
from tenants.communes.current import current_commune
from tenants.kit.text import unaccented
from tenants.organisation.models import Official

WEEKDAYS = range(5)
# A bank's real number with an account that belongs to nobody.
BANK = {"bank_bin": "970415", "bank_name": "VietinBank", "account_number": "113366668888"}

RECEIPTS = {"receipt_form": "01BLP", "receipt_symbol": "XS/26"}


def arrange_desk(*, officials: dict[str, Official], citizen: Account) -> None:
    """Give the current commune an account for fees, a hall and a petition; once.

    `officials` are by role. A commune that has a hall is left as it is.
    """
    if lines():
        return
    reception = officials["reception"]
    holder = unaccented(f"UBND {current_commune().name}").upper()
    set_receiver(
        official=officials["leader"],
        values={
            **BANK,
            "account_holder": holder,
            "receipt_form": "01BLP",
            "receipt_symbol": "XS/26",
        },
    )
    arrange_usually(official=reception)
    for weekday in WEEKDAYS:
        add_plan(
            official=reception,
            weekday=weekday,
            starts=datetime.time(8, 0),
            ends=datetime.time(11, 0),
            minutes=20,
            people=2,
            letter=lines()[0].letter,
            procedures=(),
        )
    if not Petition.objects.exists():
        file_petition(
            account=citizen,
            kind=Petition.Kind.COMPLAINT,
            subject="Ghế chờ ở quầy không đủ",
            text="Sáng thứ Hai nhiều người già phải đứng chờ gần một giờ.",
        )

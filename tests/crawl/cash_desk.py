"""The cash desks of both communes: fees, payments, refunds, a statement and a closed day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from services.cases.models import Case
from services.payments.adjusting import add_charge, waive
from services.payments.booking import take_cash
from services.payments.days import close_day
from services.payments.models import CollectionDay, Receiver
from services.payments.receiver import set_receiver
from services.payments.refunds import ask_refund, make_refund
from services.payments.statements.importing import confirm_statement, upload_statement
from tenants.history.events import Actor
from tenants.organisation.models import Official

if TYPE_CHECKING:
    from tests.crawl.world import World

SET = ("bank_name", "account_number", "account_holder", "tax_code", "receipt_form")


def open_cash_desk(world: World, administrator: Official) -> None:
    """Say where the money goes; every word of it is a canary, the secret for nobody."""
    word = world.canaries.word
    values = {name: word() for name in (*SET, "receipt_symbol", "vnpay_terminal")}
    set_receiver(
        official=administrator,
        values={"bank_bin": "970415", **values},
        secrets={"vnpay": word()},
    )


def note_receiver(world: World, receiver: Receiver, desk: str, applicants: str) -> set[str]:
    """Write down from where the account may be seen, and that the secret never is."""
    world.canaries.note(receiver.secrets, {"nobody"})
    for name in (*SET, "receipt_symbol"):
        world.canaries.note(getattr(receiver, name), {desk, applicants})
    world.canaries.note(receiver.vnpay_terminal, {desk, applicants})
    return {*SET, "receipt_symbol", "vnpay_terminal", "secrets"}


def pay_for(world: World, case: Case, official: Official) -> dict[str, str]:
    """Let a case have every kind of money; the keys of it, by what the access table calls them."""
    word = world.canaries.word
    by = Actor.official(official)
    waived = add_charge(
        case_id=case.pk,
        case_code=case.code,
        name=f"Phí {word()}",
        amount=9_000,
        by=by,
        payer={"name": f"Hoàng {word()} Tuấn", "address": f"Số 2 {word()}"},
    )
    waive(charge=waived, amount=5_000, ground=f"Theo {word()}", by=by)
    payment = take_cash(
        case_id=case.pk, case_code=case.code, due=5_000, given=10_000, official=official
    )
    refund = ask_refund(
        payment=payment,
        amount=2_000,
        reason=f"Vì {word()}",
        method="transfer",
        official=official,
    )
    make_refund(refund=refund, official=official, number=word())
    add_charge(
        case_id=case.pk,
        case_code=case.code,
        name=f"Phí {word()}",
        amount=7_000,
        by=by,
        payer={"name": f"Hoàng {word()} Tuấn", "address": ""},
    )
    return {"refund": str(refund.pk)}


def import_and_close(world: World, official: Official) -> dict[str, str]:
    """A statement in the books, one that waits, and a closed day."""
    word = world.canaries.word
    today = timezone.localdate()
    keys = []
    for _ in range(2):
        lines = f"Ngày giao dịch;Ghi có;Nội dung;Số tham chiếu\n{today:%d/%m/%Y};1.000;{word()};"
        kept = upload_statement(
            file_name=f"sao-ke-{word()}.csv",
            data=f"{lines}{word()}\n".encode(),
            official=official,
        )
        keys.append(kept)
    done = confirm_statement(statement=keys[0], official=official)
    line = done.lines.get()
    yesterday = today - datetime.timedelta(days=1)
    CollectionDay.objects.create(day=yesterday)
    closed = close_day(day=yesterday, counted=500, reason=f"Thừa {word()}", official=official)
    return {
        "statement": str(keys[1].pk),
        "bank_line": str(line.pk),
        "day_report": str(closed.report_id),
    }

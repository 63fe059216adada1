"""The halls of both communes: lines, windows, machines, hours, numbers and appointments."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.http import HttpResponse

from services.cases.drafts import attachments_of
from services.cases.models import Draft
from services.reception.appointments import book, slots_for
from services.reception.arranging import add_line, add_plan, add_window
from services.reception.confirming import ask_confirmation
from services.reception.devices import COOKIE, pair_device, set_device_cookie
from services.reception.queue import give_ticket
from tenants.accounts.models import Account
from tenants.organisation.models import Official

if TYPE_CHECKING:
    from tests.crawl.world import World

PROCEDURE = "2.000908"


def fill_hall(world: World, code: str, head: Official) -> dict[str, str]:
    """Arrange a hall; the keys of what stands in it, by what the access table calls them."""
    word = world.canaries.word
    line = add_line(official=head, letter="A", name=f"Hộ tịch {word()}", head_start=20)
    window = add_window(official=head, number=1, letters="A")
    plan = None
    for weekday in range(7):
        plan = add_plan(
            official=head,
            weekday=weekday,
            starts=datetime.time(8),
            ends=datetime.time(11),
            minutes=30,
            people=9,
            letter="A",
            procedures=[],
        )
    made = {}
    for kind in ("kiosk", "screen"):
        device, key = pair_device(official=head, kind=kind, name=f"Máy {word()}")
        answer = HttpResponse()
        set_device_cookie(answer, device, key)
        world.people.add_device(code, kind, answer.cookies[COOKIE].value)
        made[kind] = device
    assert plan is not None
    return {
        "hall_line": str(line.pk),
        "window": str(window.pk),
        "plan": str(plan.pk),
        "device": str(made["screen"].pk),
        "ticket": str(give_ticket(letter="A").pk),
    }


def book_somewhere(account: Account) -> str:
    """The key of an appointment of this account."""
    slot = slots_for(PROCEDURE)[0]
    return str(book(account=account, procedure_code=PROCEDURE, slot_key=slot.key).pk)


def token_to_confirm(world: World, draft_id: str) -> str:
    """A token that opens the page on the phone for a form at the counter."""
    draft, token = ask_confirmation(draft=Draft.objects.get(pk=draft_id))
    knows = {f"knows/{token.lower()}"}
    world.canaries.note(draft.content, knows)
    world.canaries.note([paper.name for paper in attachments_of(draft.pk)], knows)
    return token

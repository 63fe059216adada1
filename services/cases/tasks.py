"""Housekeeping of a commune's cases, every night, and the books of its register."""

from __future__ import annotations

import datetime
from contextlib import suppress

from django_tasks import task

from documents.files.storing import remove_orphans
from documents.files.tasks import check_forgotten
from services.cases.drafts import discard_expired
from services.cases.errors import MoveNotAllowed
from services.cases.figures import recount_figures
from services.cases.models import Case
from services.cases.obligations import settle_obligation
from services.cases.register_book import check_period, print_register
from services.payments.charges import unpaid_of
from tenants.history.events import Actor
from tenants.organisation.models import Official
from tenants.organisation.posts import keep_officials_accounts


@task()
def sweep() -> None:
    """Throw away unsent forms after their last day and stored bytes without a row; count anew.

    Files whose check was forgotten are checked too.
    """
    discard_expired()
    remove_orphans()
    keep_officials_accounts()
    check_forgotten()
    # Last: whoever files a case waits for it from here to the commit.
    recount_figures()


@task()
def settle_paid_case(case_id: str) -> None:
    """Let a case that waited for money go on, once its fees are paid; a second run does nothing."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None or unpaid_of(case.pk):
        return
    with suppress(MoveNotAllowed):
        # Stopped, or settled by an earlier run: then nothing waits any more.
        settle_obligation(case=case, by=Actor.system())


@task()
def make_register(official_id: str, first: str, last: str) -> None:
    """Make the book of the case register for a period, as an official asked."""
    period = check_period(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last))
    print_register(official=Official.objects.get(pk=official_id), period=period)

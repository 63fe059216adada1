"""Closing the accounts whose people asked for it, every night."""

from __future__ import annotations

from django_tasks import task

from citizens.profile.open_cases import has_open_case
from tenants.accounts.closing import accounts_to_close, close_account
from tenants.jobs.models import FLEET_QUEUE
from tenants.notices.notices import forget_account

# A few statements each: one transaction of this size takes about a second.
AT_ONCE = 100


@task(queue_name=FLEET_QUEUE)
def close_due_accounts() -> None:
    """Close accounts after their days to think it over; one with an open case waits for its end."""
    due = list(accounts_to_close().exclude(has_open_case())[:AT_ONCE])
    for account in due:
        if close_account(account=account):
            forget_account(account.pk)
    if len(due) == AT_ONCE:
        close_due_accounts.enqueue()

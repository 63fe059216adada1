"""Posts that people hold, and what follows from holding one."""

from __future__ import annotations

from django.db import transaction

from tenants.accounts.models import Account
from tenants.organisation.models import Official


@transaction.atomic
def keep_officials_accounts() -> int:
    """Forget the requests of this commune's officials to close their accounts; returns how many.

    Work depends on the account as long as its person holds the post. Every commune does this
    nightly, and nobody's account is closed before a month of nights.
    """
    asked = Account.objects.filter(closing_asked_at__isnull=False).values_list("pk", flat=True)
    wanted = list(asked)
    if not wanted:
        return 0
    held = Official.objects.filter(account_id__in=wanted, active=True)
    kept = list(held.values_list("account_id", flat=True))
    return Account.objects.filter(pk__in=kept).update(closing_asked_at=None)

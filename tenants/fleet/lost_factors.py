"""When somebody has lost their second factor and their recovery codes.

Nobody can do it on a page: whoever runs the servers does, after seeing the person's papers, and
it stays in the operators' log. The password remains; with it the person sets up a new factor.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from tenants.accounts.models import Account, DeskSession
from tenants.accounts.second_factor.telling import tell_of_change
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.models import OperatorAct


@transaction.atomic
def remove_lost_factors(*, account: Account, operator: Operator, reason: str) -> bool:
    """Remove all of an account's factors, end its sessions and desks; False: there were none."""
    removed, _each = Authenticator.objects.filter(user_id=account.pk).delete()
    if not removed:
        return False
    keys = UserSession.objects.filter(user_id=account.pk)
    Session.objects.filter(session_key__in=keys.values("session_key")).delete()
    keys.delete()
    DeskSession.objects.filter(account_id=account.pk).delete()
    note = f"{account.pk}: {reason}"
    record_act(act=OperatorAct.Act.LOST_FACTOR, operator=operator, note=note)
    tell_of_change(account)
    return True

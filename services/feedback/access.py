"""Fetching a petition is having access to it; a stranger gets 404."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from services.feedback.models import Petition
from tenants.accounts.models import Account
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import powers_of

# Petitions speak of officials: those who answer for the others see all of them.
OVERSEERS = (Role.LEADER.value, Role.HEAD.value, Role.ADMINISTRATOR.value)


def oversees(official: Official) -> bool:
    """Whether the official sees every petition and gives them out."""
    return powers_of(official).has_role(*OVERSEERS)


def petitions_for(official: Official) -> QuerySet[Petition]:
    """The petitions that exist for an official: all for overseers, else those given to them."""
    return Petition.objects.filter(Q() if oversees(official) else Q(handler_id=official.pk))


def get_petition_for_official(official: Official, code: str) -> Petition:
    """A petition that exists for the official, else 404."""
    return _found(petitions_for(official), code)


def petitions_of(account: Account) -> QuerySet[Petition]:
    """What an account sent in this commune, newest first."""
    return Petition.objects.filter(account_id=account.pk).order_by("-filed_at")


def get_petition_for_asker(account: Account, code: str) -> Petition:
    """The account's own petition, else 404."""
    return _found(petitions_of(account), code)


def _found(petitions: QuerySet[Petition], code: str) -> Petition:
    petition = petitions.filter(code=code.upper()).first()
    if petition is None:
        raise Http404
    return petition

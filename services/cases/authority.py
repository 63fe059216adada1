"""Who may do what with a case: the rights an official has today, held against its procedure.

An official whose rights name procedures or fields sees and does nothing of the others: for them
such a case does not exist, in lists, counts, searches and by its address.
"""

from __future__ import annotations

import datetime

from django.db.models import Q

from services.cases.errors import MayNotSign, NotYourStep
from services.cases.models import Case, Referral
from services.cases.states import CLOSED, CaseStatus
from services.catalogue.registry import codes_within, subjects_of
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import Grant, Signatory, powers_of, signatory


def grant_for(case: Case, official: Official, *roles: str, signing: bool = False) -> Grant | None:
    """The rights by which this official may act in one of these roles on a case, if any."""
    subjects = subjects_of(case.procedure_code)
    return powers_of(official).grant(*roles, subjects=subjects, signing=signing)


def check_role(case: Case, official: Official, *roles: str) -> Grant:
    """The rights by which the official acts at the current step, or in one of these roles.

    Raises ``NotYourStep`` without any.
    """
    grant = grant_for(case, official, *(roles or (case.step_role,)))
    if grant is None:
        raise NotYourStep(case)
    return grant


def signing_grant(case: Case, official: Official) -> Grant | None:
    """The rights by which this official signs as the leader on a case, if any."""
    return grant_for(case, official, Role.LEADER, signing=True)


def check_signing(case: Case, official: Official) -> Grant:
    """The rights by which the official signs as the leader. Raises ``MayNotSign`` without any."""
    grant = signing_grant(case, official)
    if grant is None:
        raise MayNotSign
    return grant


def sees_procedure(official: Official, procedure_code: str) -> bool:
    """Whether cases of this procedure exist for the official."""
    return powers_of(official).sees(subjects_of(procedure_code))


def receives(official: Official, procedure_code: str) -> bool:
    """Whether the official may receive cases of this procedure at the counter."""
    subjects = subjects_of(procedure_code)
    return powers_of(official).grant("reception", subjects=subjects) is not None


def signer_of(case: Case, official: Official) -> Signatory:
    """Who would sign now: this official, else the first who may; else the place stays open."""
    grant = signing_grant(case, official)
    if grant is not None:
        return signatory(official, grant)
    able = Official.objects.filter(active=True, may_sign=True).order_by("id").first() or official
    return Signatory(able.name, able.title)


def seen_cases(official: Official) -> Q:
    """The condition that leaves the cases which exist for the official."""
    powers = powers_of(official)
    if any(not grant.scope for grant in powers.grants):
        return Q()
    return Q(procedure_code__in=_codes(*powers.grants))


def cases_to_do(official: Official) -> Q:
    """The condition that leaves the cases at a step which the official may do."""
    condition = Q(pk__in=())
    for grant in powers_of(official).grants:
        if grant.roles:
            condition |= Q(step_role__in=sorted(grant.roles)) & _within(grant)
    return condition


def before_the_leader(official: Official, today: datetime.date) -> Q:
    """The condition that leaves the cases which wait for this official's word as the leader.

    A withdrawal was asked for, something was proposed, or a supplement's last day has passed.
    """
    waits = (
        Q(status=CaseStatus.WITHDRAWING)
        | Q(status=CaseStatus.SUPPLEMENT, supplement_by__lt=today)
        | (~Q(proposal="") & ~Q(status__in=CLOSED))
    )
    condition = Q(pk__in=())
    for grant in powers_of(official).grants:
        if grant.may_sign and Role.LEADER in grant.roles:
            condition |= waits & _within(grant)
    return condition


def asked_of(official: Official) -> Q:
    """The condition that leaves the cases about which the official's department was asked."""
    if official.department_id is None:
        return Q(pk__in=())
    open_ones = Referral.objects.filter(
        department_id=official.department_id, answered_at=None, withdrawn_at=None
    )
    return Q(open_referrals__gt=0, pk__in=open_ones.values("case_id"))


def _within(grant: Grant) -> Q:
    return Q(procedure_code__in=_codes(grant)) if grant.scope else Q()


def _codes(*grants: Grant) -> list[str]:
    return codes_within(frozenset().union(*(grant.scope for grant in grants)))

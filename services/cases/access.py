"""Fetching a case is having access to it; a stranger gets 404."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from services.cases.authority import receives, sees_procedure
from services.cases.models import Attachment, Case, Draft
from tenants.accounts.models import Account
from tenants.kit.rows import read_row
from tenants.organisation.models import Official


def get_case_for_applicant(account: Account, code: str) -> Case:
    """The account's own case of that code in this commune, else 404."""
    key = [code.upper(), account.pk]
    case = read_row(Case, "a.code = %s AND a.account_id = %s", key)
    if case is None:
        raise Http404
    return case


def get_case_for_official(official: Official, code: str) -> Case:
    """A case of the official's commune within the scope of their rights, else 404."""
    case = read_row(Case, "a.code = %s", [code.upper()])
    if case is None or not official.active or not sees_procedure(official, case.procedure_code):
        raise Http404
    return case


def get_draft_for_applicant(account: Account, draft_id: UUID) -> Draft:
    """The account's own unsent form, else 404."""
    key = [draft_id, account.pk]
    draft = read_row(Draft, "a.id = %s AND a.account_id = %s", key)
    if draft is None:
        raise Http404
    return draft


def get_draft_for_official(official: Official, draft_id: UUID) -> Draft:
    """A form that this official is filling in for a walk-in, else 404."""
    key = [draft_id, official.pk]
    draft = read_row(Draft, "a.id = %s AND a.official_id = %s", key)
    if draft is None or not receives(official, draft.procedure_code):
        raise Http404
    return draft


def get_case_of_draft(account: Account, draft_id: UUID) -> Case:
    """The account's case that this unsent form became, else 404."""
    case = Case.objects.filter(filing_key=draft_id, account_id=account.pk).first()
    if case is None:
        raise Http404
    return case


def get_attachment(owner: Case | Draft, attachment_id: UUID) -> Attachment:
    """A file of that case or draft, else 404. The caller fetched the owner by access."""
    attachment = (
        Attachment.objects.select_related("file")
        .filter(pk=attachment_id, owner_id=owner.pk)
        .first()
    )
    if attachment is None:
        raise Http404
    return attachment

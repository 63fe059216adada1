"""All cases of one account, in every commune."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from citizens.portal.views.common import ENDED, account_of, personal_page, state_tag
from citizens.profile.asking import asks_for_consent
from services.cases.states import CaseStatus
from services.tracking.tracking import cases_of_account
from tenants.accounts.links import sign_in_url
from tenants.communes.hosts import commune_url
from tenants.communes.official_list import official_commune
from tenants.notices.notices import unread_of_citizen

# What waits for the applicant.
FOR_YOU = (CaseStatus.SUPPLEMENT, CaseStatus.RESULT_READY)


@login_not_required
@require_safe
def my_cases(request: HttpRequest) -> HttpResponse:
    """Where each case is; what waits for the applicant stands on top."""
    if not request.user.is_authenticated:
        return redirect(sign_in_url(request))
    account = account_of(request)
    rows = [
        {
            "case": tracked,
            "state": CaseStatus(tracked.status),
            "tag": state_tag(CaseStatus(tracked.status)),
            "commune": official_commune(tracked.commune_code),
            "url": commune_url(tracked.commune_code, f"/ho-so/{tracked.code}/"),
        }
        for tracked in cases_of_account(account.pk)
    ]
    context = {
        "unread": unread_of_citizen(account.pk),
        "waiting": [row for row in rows if row["state"] == CaseStatus.SUPPLEMENT],
        "ready": [row for row in rows if row["state"] == CaseStatus.RESULT_READY],
        "open": [row for row in rows if row["state"] not in (*ENDED, *FOR_YOU)],
        "ended": [row for row in rows if row["state"] in ENDED],
        "asks_for_consent": asks_for_consent(request, account),
        "place": "my-cases",
    }
    return personal_page(request, "citizens/portal/my_cases.html", context)

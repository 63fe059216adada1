"""Everything about oneself on one page, with the ways to correct, download and close."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from citizens.portal.views.common import account_of, personal_page
from citizens.profile.asking import asks_for_consent
from citizens.profile.holdings import email_verified
from citizens.profile.open_cases import open_case_count
from services.tracking.tracking import case_count
from tenants.accounts.closing import closing_day
from tenants.accounts.consent import consented, consents_of, current_wordings
from tenants.kit.national_id import mask_national_id

PLACE = "profile"
SHOW = "so"


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The person's data; the identity number stands in full only when it is asked for."""
    account = account_of(request)
    number = account.national_id or ""
    shown = SHOW in request.GET
    consents = consents_of(account.pk)
    context = {
        "account": account,
        "email_verified": email_verified(account),
        "national_id": number if shown else mask_national_id(number),
        "number_shown": shown,
        "consents": [(one, consented(consents, one.purpose)) for one in current_wordings()],
        "cases": case_count(account.pk),
        "open_cases": open_case_count(account.pk),
        "closing_day": closing_day(account),
        "asks_for_consent": asks_for_consent(request, account),
        "place": PLACE,
    }
    return personal_page(request, "citizens/profile/overview.html", context)

"""Agreeing to purposes, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citizens.portal.views.common import account_of, personal_page
from citizens.profile.asking import put_off
from citizens.profile.views.overview import PLACE
from tenants.accounts.consent import (
    ConsentNotOptional,
    consented,
    consents_of,
    current_wordings,
    give_consent,
    withdraw_consent,
)


@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: HttpRequest) -> HttpResponse:
    """Every purpose with its words and what the person said to it; one button each."""
    if request.method == "POST":
        return _answer(request)
    given = consents_of(account_of(request).pk)
    context = {
        "purposes": [(one, consented(given, one.purpose)) for one in current_wordings()],
        "earlier": [one for one in given if one.withdrawn_at],
        "place": PLACE,
    }
    return personal_page(request, "citizens/profile/consent.html", context)


def _answer(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    try:
        if "later" in request.POST:
            put_off(request)
            return redirect("my-cases")
        if "give" in request.POST:
            give_consent(account=account, purpose=request.POST["give"])
            messages.success(request, _("Đã ghi nhận anh/chị đồng ý."))
        elif "withdraw" in request.POST:
            withdraw_consent(account=account, purpose=request.POST["withdraw"])
            messages.success(request, _("Đã ghi nhận anh/chị rút lại."))
    except KeyError as error:
        raise Http404 from error
    except ConsentNotOptional as error:
        messages.warning(request, str(error))
    return redirect("profile-consent")

"""Asking for the account to be closed, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citizens.portal.views.common import account_of, personal_page
from citizens.profile.open_cases import open_case_count
from citizens.profile.views.overview import PLACE
from tenants.accounts.closing import (
    THINKING_DAYS,
    ClosingRefused,
    ask_closing,
    closing_day,
    undo_closing,
)
from tenants.accounts.second_factor.confirming import confirmed_for


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_for("profile-closing")
def closing(request: HttpRequest) -> HttpResponse:
    """What closing means, and the button; afterwards when it happens."""
    account = account_of(request)
    if request.method == "POST":
        try:
            ask_closing(account=account)
        except ClosingRefused as error:
            messages.warning(request, str(error))
        return redirect("profile-closing")
    context = {
        "days": THINKING_DAYS,
        "closing_day": closing_day(account),
        "open_cases": open_case_count(account.pk),
        "place": PLACE,
    }
    return personal_page(request, "citizens/profile/closing.html", context)


# Keeping the account is never made hard: whoever is signed in may.
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Keep the account."""
    undo_closing(account=account_of(request))
    messages.success(request, _("Tài khoản được giữ lại."))
    return redirect("profile")

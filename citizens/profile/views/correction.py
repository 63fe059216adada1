"""Correcting what the account says."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from citizens.portal.views.common import account_of, personal_page
from citizens.profile.forms import CorrectionForm
from citizens.profile.views.overview import PLACE
from tenants.accounts.correction import correct_account


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest) -> HttpResponse:
    """The form, and what it changes."""
    account = account_of(request)
    form = CorrectionForm(request.POST if request.method == "POST" else None, account=account)
    if form.is_valid():
        correct_account(account=account, **form.corrected())
        messages.success(request, _("Đã sửa. Hồ sơ đã nộp giữ nguyên như lúc nộp."))
        return redirect("profile")
    context = {"form": form, "account": account, "place": PLACE}
    status = 422 if form.errors else 200
    return personal_page(request, "citizens/profile/correct.html", context, status)

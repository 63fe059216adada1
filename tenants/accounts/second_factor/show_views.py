"""The pages on which the second factor is shown: at sign-in, and before a desk or a signature."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.accounts.models import Account
from tenants.accounts.second_factor.forms import FactorForm
from tenants.accounts.second_factor.passkeys import begin_using
from tenants.accounts.second_factor.places import place_of, safe_next
from tenants.accounts.second_factor.showing import (
    TriedTooOften,
    has_factor,
    note_shown,
    try_factor,
)


@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def show_at_sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the factor after the password; only then is the person signed in."""
    stage = request._login_stage  # type: ignore[attr-defined]
    account: Account = stage.login.user
    form = FactorForm(request.POST if _typed(request) else None)
    method = _shown(request, account, form)
    if method is not None:
        note_shown(request, account, method=method)
        response: HttpResponse = stage.exit()
        return response
    return _page(request, account, form, {"signing_in": True})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_factor(request: HttpRequest) -> HttpResponse:
    """Ask a person who is signed in for the factor, and lead back to where they were."""
    account: Account = request.user  # type: ignore[assignment]
    following = safe_next(request)
    if not has_factor(account):
        return redirect(f"{reverse('mfa_index')}?{urlencode({'next': following})}")
    form = FactorForm(request.POST if _typed(request) else None)
    method = _shown(request, account, form)
    place, commune = place_of(following)
    if method is not None:
        note_shown(request, account, method=method, place=place)
        return redirect(following or settings.LOGIN_REDIRECT_URL)
    context = {
        "next": following,
        "place": place,
        "at_commune": commune,
        "signing": request.GET.get("viec") == "ky",
    }
    return _page(request, account, form, context)


def _typed(request: HttpRequest) -> bool:
    return request.method == "POST" and not request.POST.get("passkey")


def _shown(request: HttpRequest, account: Account, form: FactorForm) -> str | None:
    """Return by what means the factor was shown; else the form says what is wrong."""
    if request.method != "POST" or (form.is_bound and not form.is_valid()):
        return None
    passkey = request.POST.get("passkey", "")
    code = form.cleaned_data["code"] if form.is_bound else ""
    try:
        method = try_factor(request, account, code=code, passkey=passkey)
    except TriedTooOften:
        _refuse(form, _("Đã thử sai nhiều lần. Hãy chờ 5 phút rồi thử lại."))
        return None
    if method is None and passkey:
        _refuse(form, _("Khóa truy cập này không dùng được. Hãy thử lại hoặc nhập mã."))
    elif method is None:
        _refuse(
            form,
            _("Mã chưa đúng hoặc đã dùng rồi. Hãy chờ ứng dụng hiện mã mới rồi nhập mã đó."),
        )
    return method


def _refuse(form: FactorForm, sentence: str) -> None:
    if not form.is_bound:
        form.data, form.is_bound = {}, True
        form.full_clean()
        form.errors.clear()
    form.add_error("code", sentence)


def _page(
    request: HttpRequest, account: Account, form: FactorForm, context: Mapping[str, object]
) -> HttpResponse:
    context = {"form": form, "passkey_options": begin_using(request, account), **context}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "mfa/show.html", context, status=status)

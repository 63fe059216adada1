"""Setting up and removing second factors: an app, passkeys, recovery codes."""

from __future__ import annotations

import base64
from typing import Any

import segno
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.accounts.models import Account
from tenants.accounts.second_factor.codes import (
    RECOVERY,
    TOTP,
    add_app,
    address_for_app,
    codes_left,
    make_recovery_codes,
)
from tenants.accounts.second_factor.confirming import confirmed
from tenants.accounts.second_factor.forms import AppForm, PasskeyForm
from tenants.accounts.second_factor.passkeys import (
    MOST,
    PASSKEY,
    PasskeyRefused,
    add_passkey,
    begin_adding,
    passkeys_of,
)
from tenants.accounts.second_factor.places import place_of, safe_next
from tenants.accounts.second_factor.removing import LastFactor, remove_factor
from tenants.accounts.second_factor.showing import note_shown
from tenants.accounts.second_factor.telling import tell_of_change
from tenants.accounts.second_factor.totp import fitting_step, new_secret
from tenants.kit.crypto import SealBroken, seal, unseal

_KEY_TO_BE = "second_factor_key"
_NEXT = "second_factor_next"


@never_cache
@require_safe
def factors(request: HttpRequest) -> HttpResponse:
    """What the account has, and what can be added."""
    account: Account = request.user  # type: ignore[assignment]
    following = safe_next(request)
    if following:
        request.session[_NEXT] = following
    mine = list(Authenticator.objects.filter(user_id=account.pk).order_by("pk"))
    kinds = {str(factor.type): factor for factor in mine}
    recovery = kinds.get(RECOVERY)
    context = {
        "app": kinds.get(TOTP),
        "passkeys": [factor for factor in mine if factor.type == PASSKEY],
        "has_factor": any(factor.type != RECOVERY for factor in mine),
        "recovery": recovery,
        "left": codes_left(recovery) if recovery else 0,
        "next": following,
    }
    return render(request, "mfa/index.html", context)


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def add_app_view(request: HttpRequest) -> HttpResponse:
    """Show the picture for the app; keep its key once a code of it was typed."""
    account: Account = request.user  # type: ignore[assignment]
    if Authenticator.objects.filter(user_id=account.pk, type=TOTP).exists():
        return redirect("mfa_index")
    form = AppForm(request.POST if request.method == "POST" else None)
    secret = _secret_of(request, account)
    if form.is_valid():
        step = fitting_step(secret, "".join(form.cleaned_data["code"].split()))
        if step is not None:
            try:
                with transaction.atomic():
                    add_app(account=account, secret=secret, step=step)
            except IntegrityError:
                return redirect("mfa_index")
            del request.session[_KEY_TO_BE]
            return _added(request, account, method=str(TOTP))
        form.add_error("code", _("Mã chưa đúng. Hãy nhập mã đang hiện trong ứng dụng lúc này."))
    picture = segno.make(address_for_app(account, secret), error="m", micro=False)
    context = {
        "form": form,
        # The address is there only as dark squares.
        "qr": mark_safe(picture.svg_inline(svgclass="qr", lineclass=None, omitsize=True)),  # noqa: S308
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "address": address_for_app(account, secret),
    }
    return render(request, "mfa/app.html", context, status=422 if form.errors else 200)


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def add_passkey_view(request: HttpRequest) -> HttpResponse:
    """Let the browser make a passkey, and keep it."""
    account: Account = request.user  # type: ignore[assignment]
    if len(passkeys_of(account)) >= MOST:
        messages.warning(request, _("Đã có 10 khóa truy cập. Hãy gỡ khóa không dùng nữa trước."))
        return redirect("mfa_index")
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            sent = form.cleaned_data
            add_passkey(request, account=account, answer=sent["passkey"], name=sent["name"])
            return _added(request, account, method=str(PASSKEY))
        except PasskeyRefused:
            form.add_error("name", _("Trình duyệt chưa tạo được khóa truy cập. Hãy thử lại."))
    context = {"form": form, "passkey_options": begin_adding(request, account)}
    return render(request, "mfa/passkey.html", context, status=422 if form.errors else 200)


@confirmed
@require_POST
def new_codes_view(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes; those before are void."""
    account: Account = request.user  # type: ignore[assignment]
    if not Authenticator.objects.filter(user_id=account.pk, type__in=(TOTP, PASSKEY)).exists():
        return redirect("mfa_index")
    tell_of_change(account)
    return _show_codes(request, account)


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to remove a factor, and remove it."""
    account: Account = request.user  # type: ignore[assignment]
    factor = Authenticator.objects.filter(
        pk=pk, user_id=account.pk, type__in=(TOTP, PASSKEY)
    ).first()
    if factor is None:
        raise Http404
    if request.method == "POST":
        try:
            remove_factor(request, account=account, factor=factor)
            messages.success(request, _("Đã gỡ. Các phiên và bàn làm việc khác đã được đóng."))
        except LastFactor:
            messages.warning(
                request,
                _("Tài khoản vận hành phải giữ ít nhất một cách. Hãy thêm cách khác trước."),
            )
        return redirect("mfa_index")
    return render(request, "mfa/remove.html", {"factor": factor, "is_app": factor.type == TOTP})


def _added(request: HttpRequest, account: Account, *, method: str) -> HttpResponse:
    """A new factor has just been shown; the first one comes with recovery codes."""
    tell_of_change(account)
    place, _commune = place_of(request.session.get(_NEXT, ""))
    note_shown(request, account, method=method, place=place)
    if not Authenticator.objects.filter(user_id=account.pk, type=RECOVERY).exists():
        return _show_codes(request, account)
    messages.success(request, _("Đã thêm. Từ nay anh/chị dùng được cách này."))
    return redirect(request.session.pop(_NEXT, None) or "mfa_index")


def _show_codes(request: HttpRequest, account: Account) -> HttpResponse:
    # Shown in the answer itself: nowhere else do they lie readable.
    codes = make_recovery_codes(account=account)
    context: dict[str, Any] = {
        "codes": [f"{code[:5]} {code[5:]}" for code in codes],
        "next": request.session.pop(_NEXT, ""),
        "issuer": settings.MFA_TOTP_ISSUER,
    }
    return render(request, "mfa/recovery_codes.html", context)


def _secret_of(request: HttpRequest, account: Account) -> str:
    """The key that is being set up: the same until its first code, so that a reload is harmless."""
    context = f"second-factor-secret:{account.pk}"
    kept = request.session.get(_KEY_TO_BE)
    if isinstance(kept, str):
        try:
            return unseal(base64.b64decode(kept), context=context).decode()
        except (SealBroken, ValueError):
            pass
    secret = new_secret()
    sealed = seal(secret.encode(), context=context)
    request.session[_KEY_TO_BE] = base64.b64encode(sealed).decode()
    return secret

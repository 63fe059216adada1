"""A new password for whoever has forgotten theirs: by a code to the phone or the address."""

from __future__ import annotations

import time

from allauth.account.signals import password_reset
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.accounts import limits
from tenants.accounts.forms import AskResetForm, NewPasswordForm
from tenants.accounts.models import Account
from tenants.accounts.proving import codes
from tenants.accounts.proving.codes import CodeNotSent, PendingCode
from tenants.accounts.proving.contacts import (
    find_by_contact,
    has_proved_anything,
    is_proved,
    set_contact,
)
from tenants.accounts.proving.letters import Purpose
from tenants.accounts.proving.pages import CodePage, next_page


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_reset(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number or address, and send a code if it is an account's."""
    form = AskResetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not limits.RESET_ADDRESS.take(limits.client_address(request)):
        return limits.too_often(request)
    if form.is_valid():
        account = _resettable(form.cleaned_data["contact"])
        asked = PendingCode(
            Purpose.RESET,
            form.cleaned_data["contact"],
            real=account is not None,
            about={"account": str(account.pk) if account else "", "next": next_page(request)},
        )
        try:
            codes.begin(request, asked)
        except CodeNotSent as error:
            form.add_error(None, str(error))
        else:
            return redirect("account_confirm_password_reset_code")
    context = {"form": form, "next": next_page(request)}
    return render(
        request, "account/password_reset.html", context, status=422 if form.errors else 200
    )


def _resettable(contact: str) -> Account | None:
    """Return the account that a code to this contact opens.

    A contact that nobody proved does not open an account whose owner has proved another one: it
    may have been somebody else's from the start.
    """
    account = find_by_contact(contact)
    if account is None or not account.is_active:
        return None
    return account if is_proved(account, contact) or not has_proved_anything(account) else None


@method_decorator(login_not_required, name="dispatch")
class ResetCodePage(CodePage):
    """Takes the code that allows a new password."""

    purpose = Purpose.RESET
    own = "account_confirm_password_reset_code"
    start = "account_reset_password"
    only_if_known = True

    def finish(self, request: HttpRequest) -> HttpResponse:
        """Let the new password be chosen, for as long as a code serves."""
        self.pending.about["passed_at"] = time.time()
        codes.keep(request, self.pending)
        return redirect("account_complete_password_reset")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Take the new password of whoever has typed the code."""
    pending = codes.load(request, Purpose.RESET)
    if pending is None or time.time() - pending.about.get("passed_at", 0) > codes.CODE_LIFE:
        return redirect("account_reset_password")
    account = Account.objects.filter(pk=pending.about["account"], is_active=True).first()
    if account is None:
        return redirect("account_reset_password")
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        codes.drop(request, Purpose.RESET)
        _set_password(account, pending.contact, form.cleaned_data["password1"])
        password_reset.send(sender=Account, request=request, user=account)
        return redirect("account_password_reset_completed")
    return render(
        request,
        "account/password_reset_from_key.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@transaction.atomic
def _set_password(account: Account, contact: str, password: str) -> None:
    """Change the password; whoever signed in with the old one is signed out everywhere."""
    account.set_password(password)
    account.save(update_fields=["password"])
    if not is_proved(account, contact):
        set_contact(account=account, contact=contact)
    for login in (account.phone, account.email):
        if login:
            limits.SIGN_IN.forget(login)
            limits.SIGN_IN_DAY.forget(login)


@login_not_required
@require_http_methods(["GET", "HEAD"])
def reset_done(request: HttpRequest) -> HttpResponse:
    """Say that the new password serves from now on."""
    return render(request, "account/password_reset_from_key_done.html")

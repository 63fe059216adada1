"""Signing up: name, contact and password first; the account is made when the code comes back.

Nothing is written for what is never proved: nobody can take somebody else's number beforehand,
and the table of accounts, of which every node of a cluster has a copy, is written once.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.signup import complete_signup
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.accounts import limits
from tenants.accounts.consent import ACCOUNT, give_consent
from tenants.accounts.forms import SignUpForm
from tenants.accounts.models import Account
from tenants.accounts.proving import change, codes
from tenants.accounts.proving.codes import CodeNotSent, PendingCode
from tenants.accounts.proving.contacts import find_by_contact, is_phone, save_proved
from tenants.accounts.proving.letters import Purpose
from tenants.accounts.proving.pages import CodePage, home, next_page


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask who signs up, and send a code."""
    if request.user.is_authenticated:
        return redirect(next_page(request) or home())
    if request.method != "POST":
        return _draw(request, SignUpForm(initial=_typed_before(request)))
    if not limits.SIGN_UP_ADDRESS.take(limits.client_address(request)):
        return limits.too_often(request)
    form = SignUpForm(request.POST)
    if form.is_valid():
        try:
            _ask_for_code(request, form.cleaned_data)
        except CodeNotSent as error:
            form.add_error(None, str(error))
        else:
            return redirect("account_signup_code")
    return _draw(request, form, 422)


def _draw(request: HttpRequest, form: SignUpForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": next_page(request)}
    return render(request, "account/signup.html", context, status=status)


def _typed_before(request: HttpRequest) -> dict[str, Any]:
    """What was typed before, for whoever comes back from the code to correct it."""
    pending = codes.load(request, Purpose.SIGN_UP)
    if pending is None:
        return {}
    contacts = (pending.contact, pending.about["other"])
    return {
        "full_name": pending.about["full_name"],
        "phone": next((one for one in contacts if one and is_phone(one)), ""),
        "email": next((one for one in contacts if one and not is_phone(one)), ""),
    }


def _ask_for_code(request: HttpRequest, typed: dict[str, Any]) -> None:
    """Send the code to the phone; where that cannot be, to the address, if there is one."""
    contacts = [one for one in (typed["phone"], typed["email"]) if one]
    about = {
        "full_name": typed["full_name"],
        # Hashed for known and unknown people alike: a stranger learns nothing by the clock.
        "password": make_password(typed["password1"]),
        "next": next_page(request),
    }
    for place, contact in enumerate(contacts):
        others = [one for one in contacts if one != contact]
        asked = PendingCode(
            Purpose.SIGN_UP,
            contact,
            real=find_by_contact(contact) is None,
            about={**about, "other": others[0] if others else ""},
        )
        try:
            codes.begin(request, asked)
            return
        except CodeNotSent:
            if place + 1 == len(contacts):
                raise


@method_decorator(login_not_required, name="dispatch")
class SignUpCodePage(CodePage):
    """Makes the account and signs in."""

    purpose = Purpose.SIGN_UP
    own = "account_signup_code"
    start = "account_signup"

    def finish(self, request: HttpRequest) -> HttpResponse:
        """Make the account, unless it was made in the meantime; go where the person was going."""
        codes.drop(request, self.purpose)
        account = _make_account(self.pending)
        if account is None:
            messages.info(
                request,
                _("Tài khoản đã có rồi. Hãy đăng nhập, hoặc đặt lại mật khẩu nếu đã quên."),
            )
            return redirect("account_login")
        # Choosing the password a moment ago is as good as typing it for what is asked next.
        record_authentication(request, account, method="password")
        messages.success(request, _("Đã tạo tài khoản."))
        target = self.pending.about["next"] or home()
        response: HttpResponse = complete_signup(request, user=account, redirect_url=target)
        other = self.pending.about["other"]
        if other and request.user.is_authenticated:
            return self._prove_other(request, account, other, response)
        return response

    def _prove_other(
        self, request: HttpRequest, account: Account, other: str, response: HttpResponse
    ) -> HttpResponse:
        """Go on with the second contact, which can also be left for later."""
        try:
            return change.ask_for_code(request, account, other, next_url=response["Location"])
        except CodeNotSent as error:
            messages.warning(request, str(error))
            return response

    def context(self) -> dict[str, Any]:
        """The way back keeps what was typed."""
        return {"start_label": _("Sửa số điện thoại, thư điện tử hoặc họ tên")}


def _make_account(pending: PendingCode) -> Account | None:
    """Create the account with its proved contact; None when another has the contact.

    A form that was sent twice makes one account, and both answers sign in to it.
    """
    field = "phone" if is_phone(pending.contact) else "email"
    account = Account(
        full_name=pending.about["full_name"],
        password=pending.about["password"],
        **{field: pending.contact},
    )
    try:
        with transaction.atomic():
            save_proved(account)
            give_consent(account=account, purpose=ACCOUNT)
    except IntegrityError:
        found = find_by_contact(pending.contact)
        return found if found and found.password == pending.about["password"] else None
    return account

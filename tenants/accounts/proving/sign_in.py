"""Signing in to an account that was made for somebody: its owner proves a contact by a code."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStage, LoginStageController
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from tenants.accounts.proving import codes
from tenants.accounts.proving.codes import CodeNotSent, PendingCode
from tenants.accounts.proving.contacts import (
    has_proved_anything,
    reachable_contacts,
    set_contact,
)
from tenants.accounts.proving.letters import Purpose
from tenants.accounts.proving.pages import CodePage


class ContactStage(LoginStage):  # type: ignore[misc]
    """Between the password and the session: only where nothing of the account is proved yet."""

    key = "prove_contact"
    urlname = "account_sign_in_code"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Let pass, or send a code and show its page; False ends the sign-in."""
        account = self.login.user
        if account is None or has_proved_anything(account):
            return None, True
        contacts = reachable_contacts(account)
        if self.login.email in contacts:
            contacts = [self.login.email]
        try:
            self._send(str(account.pk), contacts)
        except CodeNotSent as error:
            messages.error(self.request, str(error))
            return redirect("account_login"), False
        return redirect(self.urlname), True

    def _send(self, account_id: str, contacts: list[str]) -> None:
        if not contacts:
            raise CodeNotSent(
                _(
                    "Tài khoản này chưa có số điện thoại hay thư điện tử để nhận mã. Hãy mang giấy "
                    "tờ tùy thân đến bộ phận một cửa để được giúp."
                )
            )
        asked = PendingCode(Purpose.SIGN_IN, contacts[0], real=True, about={"account": account_id})
        codes.begin(self.request, asked)


@method_decorator(login_not_required, name="dispatch")
class SignInCodePage(CodePage):
    """Takes the code and goes on with the sign-in that waits for it."""

    purpose = Purpose.SIGN_IN
    own = "account_sign_in_code"
    start = "account_login"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse whoever has not given the password in this session."""
        self.stage = LoginStageController.enter(request, ContactStage.key)
        if self.stage is None:
            return self.over(request)
        return super().dispatch(request, *args, **kwargs)

    def over(self, request: HttpRequest) -> HttpResponse:
        """Begin anew at the password."""
        clear_login(request)
        return super().over(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Besides what every page of a code does, leave this sign-in for another account."""
        if "cancel" in request.POST:
            codes.drop(request, self.purpose)
            clear_login(request)
            return redirect(self.start)
        return super().post(request)

    def finish(self, request: HttpRequest) -> HttpResponse:
        """Note the contact as proved and sign in."""
        account = self.stage.login.user
        if str(account.pk) != self.pending.about["account"]:
            return self.over(request)
        codes.drop(request, self.purpose)
        set_contact(account=account, contact=self.pending.contact)
        response: HttpResponse = self.stage.exit()
        return response

    def context(self) -> dict[str, Any]:
        """Whoever typed the wrong account can go back."""
        return {"can_cancel": True}

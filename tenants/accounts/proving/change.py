"""Another phone number or address for one's own account, proved by a code before it counts."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from tenants.accounts.forms import EmailForm, PhoneForm
from tenants.accounts.models import Account
from tenants.accounts.proving import codes, letters
from tenants.accounts.proving.codes import CodeNotSent, PendingCode
from tenants.accounts.proving.contacts import (
    ContactTaken,
    find_by_contact,
    is_phone,
    is_proved,
    set_contact,
)
from tenants.accounts.proving.letters import NotSent, Purpose
from tenants.accounts.proving.pages import CodePage, home, next_page, spelled
from tenants.accounts.second_factor.confirming import confirmed_for


def ask_for_code(
    request: HttpRequest, account: Account, contact: str, *, next_url: str = ""
) -> HttpResponse:
    """Send a code to the new contact and lead to its page; raises CodeNotSent."""
    other = find_by_contact(contact)
    asked = PendingCode(
        Purpose.CHANGE_PHONE if is_phone(contact) else Purpose.CHANGE_EMAIL,
        contact,
        real=other is None or other.pk == account.pk,
        about={"account": str(account.pk), "next": next_url},
    )
    codes.begin(request, asked)
    return redirect(
        "account_verify_phone" if is_phone(contact) else "account_email_verification_sent"
    )


class ChangePage(View):
    """Asks for the new contact, of somebody who has just proved who they are."""

    form_class: ClassVar[type[PhoneForm] | type[EmailForm]]
    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is kept and the empty field."""
        return self._draw(request, self.form_class(account=_account_of(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send the code."""
        account = _account_of(request)
        form = self.form_class(request.POST, account=account)
        if form.is_valid():
            try:
                return ask_for_code(
                    request, account, form.cleaned_data["contact"], next_url=next_page(request)
                )
            except CodeNotSent as error:
                form.add_error(None, str(error))
        return self._draw(request, form, 422)

    def _draw(
        self, request: HttpRequest, form: PhoneForm | EmailForm, status: int = 200
    ) -> HttpResponse:
        by_phone = self.form_class is PhoneForm
        account = _account_of(request)
        present = account.phone if by_phone else account.email
        context = {
            "form": form,
            "by_phone": by_phone,
            "present": spelled(present) if present else "",
            "proved": bool(present) and is_proved(account, str(present)),
            "next": next_page(request),
        }
        return render(request, "account/change_contact.html", context, status=status)


@method_decorator(confirmed_for("account_change_phone"), name="dispatch")
class ChangePhonePage(ChangePage):
    """Another phone number."""

    form_class = PhoneForm


@method_decorator(confirmed_for("account_change_email"), name="dispatch")
class ChangeEmailPage(ChangePage):
    """Another address."""

    form_class = EmailForm


class ChangeCodePage(CodePage):
    """Takes the code, and the contact in the place of the one before."""

    def finish(self, request: HttpRequest) -> HttpResponse:
        """Change the account; tell the former contact."""
        codes.drop(request, self.purpose)
        account, contact = _account_of(request), self.pending.contact
        if str(account.pk) != self.pending.about["account"]:
            return self.over(request)
        before = account.phone if is_phone(contact) else account.email
        try:
            set_contact(account=account, contact=contact)
        except ContactTaken:
            messages.error(request, _("Nơi liên lạc này vừa được một tài khoản khác dùng."))
            return redirect(self.start)
        if before and before != contact:
            _tell_former(before)
        messages.success(request, _("Đã lưu và xác nhận nơi liên lạc mới."))
        return redirect(self.pending.about["next"] or home())

    def context(self) -> dict[str, Any]:
        """Whoever added the contact at sign-up can leave it for later."""
        return {"later_url": self.pending.about["next"] or home()}


class ChangePhoneCodePage(ChangeCodePage):
    """Takes the code of a new phone number."""

    purpose = Purpose.CHANGE_PHONE
    own = "account_verify_phone"
    start = "account_change_phone"


class ChangeEmailCodePage(ChangeCodePage):
    """Takes the code of a new address."""

    purpose = Purpose.CHANGE_EMAIL
    own = "account_email_verification_sent"
    start = "account_change_email"


def _tell_former(contact: str) -> None:
    try:
        letters.send(contact, letters.change_letter())
    except NotSent:
        return  # noted in the log; the change itself is done


def _account_of(request: HttpRequest) -> Account:
    return cast(Account, request.user)

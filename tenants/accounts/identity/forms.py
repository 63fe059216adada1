"""What is asked of somebody beside what an identity provider says."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.accounts import tries
from tenants.accounts.consent import ACCOUNT, current_wording
from tenants.accounts.fields import PasswordField
from tenants.accounts.identity.assurance import signed_in_lately
from tenants.accounts.models import Account

# Wrong passwords of one account in five minutes.
WRONG_PASSWORDS = 5
_SECONDS = 5 * 60
_SCOPE = "identity-password"


class NewcomerForm(forms.Form):
    """Whether a newcomer agrees to an account, in the words that are in force."""

    agreed = forms.BooleanField(
        error_messages={"required": _("Hãy đánh dấu đồng ý thì mới tạo được tài khoản.")},
    )

    def __init__(self, data: Any | None = None) -> None:
        super().__init__(data)
        self.fields["agreed"].label = current_wording(ACCOUNT).text


class PasswordAgainForm(forms.Form):
    """The password once more, before an account is tied to an identity for good.

    Asked for when it was not typed a short while ago: somebody else may sit at the machine.
    """

    def __init__(self, request: HttpRequest, account: Account, data: Any | None = None) -> None:
        super().__init__(data)
        self.request, self.account = request, account
        if self.is_asked:
            self.fields["password"] = PasswordField(autocomplete="current-password")

    @property
    def is_asked(self) -> bool:
        """Whether the password is asked for at all."""
        needed = not self.account.national_id_verified_at and self.account.has_usable_password()
        return needed and not signed_in_lately(self.request)

    def clean_password(self) -> str:
        """Check it, a few times at most."""
        password: str = self.cleaned_data["password"]
        key = str(self.account.pk)
        if not tries.take(_SCOPE, key, WRONG_PASSWORDS, _SECONDS):
            raise forms.ValidationError(_("Đã thử sai quá nhiều lần. Hãy chờ 5 phút rồi thử lại."))
        if not self.account.check_password(password):
            raise forms.ValidationError(_("Mật khẩu chưa đúng. Hãy nhập lại."))
        tries.forget(_SCOPE, key)
        reauthenticate_by_password(self.request)
        return password

"""The forms of signing up and signing in, with labels and messages of our own."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.accounts.adapter import AccountAdapter
from tenants.accounts.consent import ACCOUNT, current_wording
from tenants.accounts.fields import (
    EmailField,
    FullNameField,
    LoginField,
    PasswordField,
    PhoneField,
    new_password_field,
)
from tenants.accounts.models import Account
from tenants.accounts.proving.contacts import is_platform_address


class SignInForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """Phone number, e-mail address or identity number, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = LoginField(with_national_id=True)
        self.fields["password"] = PasswordField(autocomplete="current-password")
        self.fields["remember"] = forms.BooleanField(
            label=_("Máy này chỉ mình tôi dùng, giữ đăng nhập 14 ngày"), required=False
        )
        self.order_fields(["login", "password", "remember"])

    def user_credentials(self) -> dict[str, str]:
        """Return what the backend looks the account up by."""
        login = self.cleaned_data["login"]
        return {LoginField.kind_of(login): login, "password": self.cleaned_data["password"]}

    def _clean_with_password(self, credentials: dict[str, str]) -> dict[str, Any]:
        # One sentence for an unknown account and for a wrong password. allauth would try to tell
        # e-mail from user name by the spelling, and has no sentence for what is neither.
        try:
            cleaned: dict[str, Any] = super()._clean_with_password(credentials)
        except forms.ValidationError as error:
            if error.code in ("too_many_login_attempts", "rate_limited"):
                raise
            raise AccountAdapter.sign_in_refused() from error
        return cleaned


class SignUpForm(forms.Form):
    """Name, phone number or e-mail address, and a password once.

    Whether there is an account already is none of its business: the answer goes to the owner of
    the number or address.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["full_name"] = FullNameField(
            help_text=_("Viết đủ dấu, đúng như trên thẻ căn cước.")
        )
        self.fields["phone"] = PhoneField(
            required=False,
            help_text=_(
                "Mã xác nhận gửi đến số này, xã gọi khi cần. Không có thì ghi thư điện tử ở dưới."
            ),
        )
        self.fields["email"] = EmailField(
            required=False,
            label=_("Thư điện tử"),
            help_text=_("Có số điện thoại thì có thể bỏ trống, thêm sau cũng được."),
        )
        self.fields["password1"] = new_password_field()
        self.fields["agreed"] = forms.BooleanField(
            label=current_wording(ACCOUNT).text,
            error_messages={"required": _("Hãy đánh dấu đồng ý thì mới tạo được tài khoản.")},
        )

    def clean_email(self) -> str:
        """Refuse addresses of the platform's own; nobody reads letters there."""
        email: str = self.cleaned_data["email"]
        if email and is_platform_address(email):
            raise forms.ValidationError(
                _("Đây là địa chỉ của hệ thống, không nhận được mã. Hãy ghi địa chỉ của anh/chị.")
            )
        return email

    def clean(self) -> dict[str, Any]:
        """Require a way to reach the person."""
        cleaned = super().clean() or self.cleaned_data
        reachable = any(cleaned.get(name) or name in self.errors for name in ("phone", "email"))
        if not reachable:
            self.add_error("phone", _("Hãy ghi số điện thoại hoặc thư điện tử, một trong hai."))
        return cleaned


class CodeForm(forms.Form):
    """The code that came to a phone or by e-mail."""

    def __init__(self, *args: Any, by_phone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        missing = (
            _("Hãy nhập 6 chữ số trong tin nhắn.")
            if by_phone
            else _("Hãy nhập 6 chữ số trong thư.")
        )
        self.fields["code"] = forms.CharField(
            label=_("Mã xác nhận"),
            max_length=40,
            help_text=_("Mã gồm 6 chữ số, dùng được trong 10 phút. Không đọc mã cho ai."),
            widget=forms.TextInput(
                attrs={
                    "inputmode": "numeric",
                    "autocomplete": "one-time-code",
                    "class": "box box--14",
                }
            ),
            error_messages={"required": missing, "max_length": missing},
        )


class AskResetForm(forms.Form):
    """The phone number or address that a code is sent to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"] = LoginField(with_national_id=False)


class NewPasswordForm(forms.Form):
    """A new password after the code, once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"] = new_password_field(label=_("Mật khẩu mới"))


class PhoneForm(forms.Form):
    """Another phone number for one's own account."""

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["contact"] = PhoneField(label=_("Số điện thoại mới"))
        if account.phone and not account.phone_verified_at:
            self.fields["contact"].initial = account.phone

    def clean_contact(self) -> str:
        """Refuse the number that is kept and proved already."""
        contact: str = self.cleaned_data["contact"]
        if contact == self.account.phone and self.account.phone_verified_at:
            raise forms.ValidationError(_("Tài khoản đang dùng đúng số này rồi, không cần đổi."))
        return contact


class EmailForm(forms.Form):
    """Another address for one's own account."""

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["contact"] = EmailField(label=_("Thư điện tử mới"))

    def clean_contact(self) -> str:
        """Refuse addresses of the platform's own; nobody reads letters there."""
        contact: str = self.cleaned_data["contact"]
        if is_platform_address(contact):
            raise forms.ValidationError(
                _("Đây là địa chỉ của hệ thống, không nhận được mã. Hãy ghi địa chỉ của anh/chị.")
            )
        return contact


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that a thief at an open screen must not do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(autocomplete="current-password")


class ChangePasswordForm(allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """The present password and a new one, once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "oldpassword": PasswordField(
                autocomplete="current-password", label=_("Mật khẩu đang dùng")
            ),
            "password1": new_password_field(label=_("Mật khẩu mới")),
        }

    def clean_oldpassword(self) -> str:
        """Check the present password; guessing it is limited as at signing in."""
        password: str = self.cleaned_data["oldpassword"]
        adapter = AccountAdapter()
        if not adapter.reauthenticate(self.user, password):
            raise adapter.validation_error("enter_current_password")
        return password


class SetPasswordForm(allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """The first password of an account that was made for somebody."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"password1": new_password_field()}

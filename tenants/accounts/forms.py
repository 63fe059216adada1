"""The forms of signing up and signing in, with labels and messages of our own."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from tenants.accounts.adapter import AccountAdapter
from tenants.accounts.fields import (
    EmailField,
    FullNameField,
    PasswordField,
    PhoneField,
    new_password_field,
)
from tenants.accounts.models import Account
from tenants.accounts.phone import PhoneNotValid, normalise_phone


class SignInForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """Phone number or e-mail address, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Số điện thoại hoặc thư điện tử"),
            max_length=254,
            widget=forms.TextInput(attrs={"autocomplete": "username", "class": "box"}),
            error_messages={"required": _("Hãy nhập số điện thoại hoặc thư điện tử.")},
        )
        self.fields["password"] = PasswordField(autocomplete="current-password")
        self.fields["remember"] = forms.BooleanField(
            label=_("Máy này chỉ mình tôi dùng, giữ đăng nhập 14 ngày"), required=False
        )
        self.order_fields(["login", "password", "remember"])

    def clean_login(self) -> str:
        """Return a phone number in its stored form; an address as it was typed."""
        login = str(self.cleaned_data["login"]).strip()
        if "@" in login:
            return login
        try:
            return normalise_phone(login)
        except PhoneNotValid as error:
            raise forms.ValidationError(
                _("Hãy nhập số điện thoại (ví dụ 0912 345 678) hoặc thư điện tử.")
            ) from error

    def user_credentials(self) -> dict[str, str]:
        """Return what the backend looks the account up by."""
        login = self.cleaned_data["login"]
        method = "email" if "@" in login else "phone"
        return {method: login, "password": self.cleaned_data["password"]}

    def _clean_with_password(self, credentials: dict[str, str]) -> dict[str, Any]:
        # One sentence for an unknown account and for a wrong password. allauth would try to tell
        # e-mail from user name by the spelling, and has no sentence for what is neither.
        try:
            cleaned: dict[str, Any] = super()._clean_with_password(credentials)
        except forms.ValidationError as error:
            if error.code == "too_many_login_attempts":
                raise
            raise AccountAdapter.sign_in_refused() from error
        return cleaned


def _is_ours(address: str) -> bool:
    # Onboarding gives a commune's first administrator an address of the platform's own; who
    # could take it beforehand would be appointed.
    domain = address.rpartition("@")[2]
    return domain == settings.BASE_DOMAIN or domain.endswith(f".{settings.BASE_DOMAIN}")


class SignUpForm(allauth_forms.SignupForm):  # type: ignore[misc]
    """Name, phone number or e-mail address, and a password once."""

    field_order = ("full_name", "phone", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["full_name"] = FullNameField(
            help_text=_("Viết đủ dấu, đúng như trên thẻ căn cước.")
        )
        self.fields["phone"] = PhoneField(
            required=False,
            help_text=_("Xã gọi vào số này khi cần. Không có thì ghi thư điện tử ở dưới."),
        )
        self.fields["email"] = EmailField(
            required=False,
            label=_("Thư điện tử"),
            help_text=_(
                "Có số điện thoại thì có thể bỏ trống. Có thư điện tử thì tự đặt lại được mật khẩu "
                "khi quên."
            ),
        )
        self.fields["password1"] = new_password_field()
        self.order_fields(self.field_order)

    def validate_unique_email(self, value: str) -> str:
        """Refuse an address that has an account."""
        # Until addresses are verified at sign-up nothing can be answered that would hide this:
        # an account is either made now or it is not. Tries are limited by address of origin.
        if _is_ours(value) or Account.objects.filter(email=value).exists():
            raise forms.ValidationError(AccountAdapter.error_messages["email_taken"])
        return value

    def _clean_phone(self) -> None:
        phone = self.cleaned_data.get("phone")
        if phone and Account.objects.filter(phone=phone).exists():
            self.add_error("phone", AccountAdapter.error_messages["phone_taken"])

    def clean(self) -> dict[str, Any]:
        """Require a way to reach the person."""
        cleaned: dict[str, Any] = super().clean()
        reachable = any(cleaned.get(name) or name in self.errors for name in ("phone", "email"))
        if not reachable:
            self.add_error("phone", _("Hãy ghi số điện thoại hoặc thư điện tử, một trong hai."))
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[Account | None, HttpResponse | None]:
        """Create the account; a second click of the same form leads to signing in."""
        try:
            with transaction.atomic():
                account, response = super().try_save(request)
        except IntegrityError:
            return None, redirect("account_login")
        return account, response


class AskResetForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address that a code is sent to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = EmailField()


class ResetCodeForm(allauth_forms.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The code that came by e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("Mã xác nhận"),
            max_length=12,
            help_text=_("Mã gồm 6 chữ số, dùng được trong 15 phút. Không đọc mã cho ai."),
            widget=forms.TextInput(
                attrs={
                    "inputmode": "numeric",
                    "autocomplete": "one-time-code",
                    "class": "box box--14",
                }
            ),
            error_messages={"required": _("Hãy nhập mã xác nhận trong thư.")},
        )


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password after the code, once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"password1": new_password_field(label=_("Mật khẩu mới"))}

    def clean_password1(self) -> str:
        """Check the new password against the rules."""
        password: str = AccountAdapter().clean_password(
            self.cleaned_data["password1"], user=self.user
        )
        return password


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

    def clean_password1(self) -> str:
        """Check the new password against the rules."""
        password: str = AccountAdapter().clean_password(
            self.cleaned_data["password1"], user=self.user
        )
        return password


class SetPasswordForm(allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """The first password of an account that was made for somebody."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"password1": new_password_field()}

    def clean_password1(self) -> str:
        """Check the new password against the rules."""
        password: str = AccountAdapter().clean_password(
            self.cleaned_data["password1"], user=self.user
        )
        return password

"""Form fields that accounts ask for."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from tenants.accounts.phone import PhoneNotValid, normalise_phone
from tenants.kit.national_id import check_national_id

# What people put between the digits of a number.
_BETWEEN = re.compile(r"[\s.\-]+")
_NATIONAL_ID_DIGITS = 12
_PASSWORD_SENTENCES = {
    "password_too_short": _("Mật khẩu này ngắn quá. Hãy dùng ít nhất 8 ký tự."),
    "password_too_common": _(
        "Mật khẩu này quá dễ đoán. Hãy chọn mật khẩu khác, ví dụ ghép vài từ."
    ),
}


class PhoneField(forms.CharField):
    """A Vietnamese phone number, in any usual spelling; its value is `0xxxxxxxxx` or None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số điện thoại"))
        kwargs["max_length"] = 24
        kwargs["widget"] = forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "class": "box"}
        )
        kwargs.setdefault("error_messages", {"required": _("Hãy nhập số điện thoại.")})
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str | None:
        """Return the number in its stored form."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return normalise_phone(text)
        except PhoneNotValid as error:
            raise forms.ValidationError(str(error), code="invalid_phone") from error


class EmailField(forms.EmailField):
    """An e-mail address, lower-cased."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Thư điện tử"))
        kwargs["widget"] = forms.EmailInput(attrs={"autocomplete": "email", "class": "box"})
        kwargs["error_messages"] = {
            "required": _("Hãy nhập địa chỉ thư điện tử."),
            "invalid": _("Địa chỉ thư điện tử chưa đúng. Ví dụ: lan@vidu.vn"),
        }
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the address as it is stored."""
        return str(super().clean(value)).strip().lower()


class FullNameField(forms.CharField):
    """A person's name in Vietnamese letters, as it stands on their identity card."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Họ và tên"))
        kwargs["max_length"] = 120
        kwargs["widget"] = forms.TextInput(attrs={"autocomplete": "name", "class": "box"})
        kwargs["error_messages"] = {
            "required": _("Hãy nhập họ và tên, đúng như trên thẻ căn cước."),
            "max_length": _("Họ và tên dài quá 120 ký tự. Hãy kiểm tra lại."),
        }
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the name composed (NFC) and with single spaces."""
        name = " ".join(unicodedata.normalize("NFC", str(super().clean(value))).split())
        if not any(letter.isalpha() for letter in name) or any(c.isdigit() for c in name):
            raise forms.ValidationError(
                _("Họ và tên chỉ gồm chữ. Hãy nhập đúng như trên thẻ căn cước."), code="invalid"
            )
        return name


class PasswordField(forms.CharField):
    """A password; what is typed is never sent back."""

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Mật khẩu"))
        kwargs["strip"] = False
        kwargs["max_length"] = 128
        kwargs["widget"] = forms.PasswordInput(attrs={"autocomplete": autocomplete, "class": "box"})
        kwargs["error_messages"] = {
            "required": _("Hãy nhập mật khẩu."),
            "max_length": _("Mật khẩu dài quá 128 ký tự."),
        }
        super().__init__(**kwargs)


class NewPasswordField(PasswordField):
    """A password that is being chosen."""

    def clean(self, value: Any) -> str:
        """Return the password if it obeys the rules."""
        password = str(super().clean(value))
        check_new_password(password)
        return password


def check_new_password(password: str) -> None:
    """Raise ValidationError, with sentences that say what to choose, for a password too weak."""
    try:
        validate_password(password)
    except forms.ValidationError as error:
        raise forms.ValidationError(
            [
                forms.ValidationError(_PASSWORD_SENTENCES.get(problem.code or "", problem))
                for problem in error.error_list
            ]
        ) from error


def new_password_field(**kwargs: Any) -> NewPasswordField:
    """Return the field for a password that is being chosen; it is asked for once."""
    return NewPasswordField(
        autocomplete="new-password",
        help_text=_("Ít nhất 8 ký tự. Đừng dùng ngày sinh, số điện thoại hay 12345678."),
        **kwargs,
    )


class LoginField(forms.CharField):
    """By what an account is found: a phone number, an e-mail address, or an identity number.

    Its value is the stored form of whichever it is.
    """

    def __init__(self, *, with_national_id: bool) -> None:
        self.with_national_id = with_national_id
        label = (
            _("Số điện thoại, thư điện tử hoặc số định danh")
            if with_national_id
            else _("Số điện thoại hoặc thư điện tử")
        )
        super().__init__(
            label=label,
            max_length=254,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "class": "box"}
            ),
            error_messages={
                "required": _("Hãy nhập số điện thoại hoặc thư điện tử."),
                "max_length": self._what_to_type(),
            },
        )

    @staticmethod
    def kind_of(login: str) -> str:
        """Return which of an account's fields a cleaned value is: email, phone, national_id."""
        if "@" in login:
            return "email"
        return "national_id" if len(login) == _NATIONAL_ID_DIGITS else "phone"

    def clean(self, value: Any) -> str:
        """Return the stored form; what is none of the three gets a sentence that says what is."""
        text = str(super().clean(value)).strip()
        if "@" in text:
            return EmailField().clean(text)
        digits = _BETWEEN.sub("", text)
        if self.with_national_id and not check_national_id(digits):
            return digits
        try:
            return normalise_phone(text)
        except PhoneNotValid as error:
            raise forms.ValidationError(self._what_to_type(), code="invalid") from error

    def _what_to_type(self) -> Any:
        if self.with_national_id:
            return _(
                "Không nhận ra số này. Hãy nhập số điện thoại (ví dụ 0912 345 678), thư điện tử, "
                "hoặc 12 chữ số định danh trên thẻ căn cước."
            )
        return _(
            "Không nhận ra số này. Hãy nhập số điện thoại (ví dụ 0912 345 678) hoặc thư điện tử."
        )

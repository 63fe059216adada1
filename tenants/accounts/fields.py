"""Form fields that accounts ask for."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.accounts.phone import PhoneNotValid, normalise_phone


class PhoneField(forms.CharField):
    """A Vietnamese phone number, in any usual spelling; its value is `0xxxxxxxxx` or None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["label"] = _("Số điện thoại")
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


def new_password_field(**kwargs: Any) -> PasswordField:
    """Return the field for a password that is being chosen; it is asked for once."""
    return PasswordField(
        autocomplete="new-password",
        help_text=_("Ít nhất 8 ký tự. Đừng dùng ngày sinh, số điện thoại hay 12345678."),
        **kwargs,
    )

"""The forms of the second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _code_field(label: Any, help_text: Any, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=20,
        help_text=help_text,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "box box--14",
                **attrs,
            }
        ),
        error_messages={"required": _("Hãy nhập mã trong ứng dụng xác thực.")},
    )


class FactorForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = _code_field(
        _("Mã xác thực"),
        _("6 chữ số đang hiện trong ứng dụng, hoặc một mã dự phòng 10 chữ số."),
        autofocus=True,
    )


class AppForm(forms.Form):
    """The first code of a new app."""

    code = _code_field(_("Mã đang hiện trong ứng dụng"), _("6 chữ số, đổi sau mỗi 30 giây."))


class PasskeyForm(forms.Form):
    """A new passkey: its name, and what the browser made."""

    name = forms.CharField(
        label=_("Tên để nhận ra"),
        max_length=60,
        help_text=_("Ví dụ: điện thoại của tôi, máy ở phòng một cửa."),
        widget=forms.TextInput(attrs={"class": "box"}),
        error_messages={"required": _("Hãy đặt một tên để sau này nhận ra.")},
    )
    passkey = forms.CharField(widget=forms.HiddenInput, required=False)

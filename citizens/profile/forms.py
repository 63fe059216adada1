"""What a person corrects about themselves."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.catalogue.forms.widgets import DateParts, DatePartsWidget
from services.catalogue.schema import FieldSpec
from services.catalogue.values import (
    InvalidAnswer,
    clean_text,
    parse_date,
    parse_national_id,
    split_date,
)
from tenants.accounts.fields import FullNameField
from tenants.accounts.models import Account

ADDRESS_LENGTH = 250
# The same rules as in the forms of procedures.
_BIRTH = FieldSpec(
    key="birth_date", label="birth date", type="date", past=True, prefill="account.birth_date"
)
_NUMBER = FieldSpec(key="national_id", label="identity number", type="national_id")


class BirthDateField(forms.Field):
    """A past day in three boxes; its value is a date or None."""

    widget: DatePartsWidget

    def __init__(self, **kwargs: Any) -> None:
        widget = DatePartsWidget(_BIRTH)
        widget.use_fieldset = True
        super().__init__(required=False, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The three boxes of a date; what was typed is in its boxes already."""
        return split_date(value.isoformat()) if isinstance(value, datetime.date) else value

    def clean(self, value: DateParts) -> datetime.date | None:
        """The date; the box that is wrong is marked."""
        try:
            text = parse_date(_BIRTH, value, timezone.localdate())
        except InvalidAnswer as error:
            self.widget.bad_part = error.part
            raise forms.ValidationError(str(error), code="invalid") from error
        return datetime.date.fromisoformat(text) if text else None


class NationalIdField(forms.CharField):
    """An identity number; its value is twelve digits or None."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "box box--14 num"}
        super().__init__(
            required=False, max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs
        )

    def clean(self, value: Any) -> str | None:
        """The digits, if they can be an identity number."""
        try:
            return parse_national_id(_NUMBER, super().clean(value))
        except InvalidAnswer as error:
            raise forms.ValidationError(str(error), code="invalid") from error


class AddressField(forms.CharField):
    """Where somebody lives, in one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=ADDRESS_LENGTH,
            widget=forms.TextInput(attrs={"autocomplete": "street-address", "class": "box"}),
            error_messages={"max_length": _("Nơi ở dài quá 250 ký tự. Anh/chị viết ngắn lại.")},
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        """The line, without control signs and with single spaces."""
        return clean_text(str(super().clean(value)))


class CorrectionForm(forms.Form):
    """Name, birth date, identity number and address; of a verified person the address alone."""

    def __init__(self, data: Any = None, *, account: Account) -> None:
        known = {
            "full_name": account.full_name,
            "birth_date": account.birth_date,
            "national_id": account.national_id or "",
            "address": account.address,
        }
        super().__init__(data, initial=known)
        if account.national_id_verified_at is None:
            self.fields["full_name"] = FullNameField(
                help_text=_("Viết đủ dấu, đúng như trên thẻ căn cước.")
            )
            self.fields["birth_date"] = BirthDateField(label=_("Ngày sinh"))
            self.fields["national_id"] = NationalIdField(
                label=_("Số định danh cá nhân"),
                help_text=_("12 chữ số trên thẻ căn cước. Dùng để điền sẵn tờ khai."),
            )
        self.fields["address"] = AddressField(
            label=_("Nơi ở"), help_text=_("Số nhà, đường, thôn hoặc tổ dân phố, xã, tỉnh.")
        )

    def corrected(self) -> dict[str, Any]:
        """What `correct_account` takes; what this person cannot change as it was."""
        return {**self.initial, **self.cleaned_data}

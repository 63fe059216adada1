"""What is typed about deadlines and the working calendar. Forms check; they do not save."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.cases.calendar_changes import Day, Hours
from services.desk.forms import MAX, PhrasesForm, area
from tenants.calendar.models import SpecialDay


def _day(**attrs: Any) -> forms.DateInput:
    return forms.DateInput(attrs={"class": "box", "type": "date", **attrs}, format="%Y-%m-%d")


def _time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"class": "box", "type": "time"}, format="%H:%M")


class ExtensionForm(forms.Form):
    """Until when more time is needed, and why; the applicant reads the reason in the letter."""

    new_day = forms.DateField(
        label=_("Ngày hẹn trả mới"),
        widget=_day(),
        error_messages={
            "required": _("Chọn ngày hẹn trả mới."),
            "invalid": _("Ghi ngày theo dạng ngày/tháng/năm."),
        },
    )
    reason = forms.CharField(
        label=_("Lý do"),
        max_length=MAX,
        widget=area(4),
        help_text=_("Vì sao chưa xong, đang chờ gì. Người nộp đọc nguyên văn phần này."),
        error_messages={"required": _("Ghi lý do gia hạn để người nộp biết.")},
    )


class SignExtensionForm(PhrasesForm):
    """Nothing is typed: the leader reads the letter and signs it, or does not."""

    own = ""

    def clean(self) -> dict[str, Any]:
        """Everything stands in the proposal."""
        return forms.Form.clean(self) or {}


class DayForm(forms.Form):
    """A day off, a day worked, or a day off for which another is worked."""

    OFF, WORKED, SWAP = "off", "worked", "swap"

    kind = forms.ChoiceField(
        label=_("Khai ngày"),
        choices=[
            (OFF, _("Nghỉ một ngày làm việc")),
            (SWAP, _("Nghỉ, làm bù ngày khác")),
            (WORKED, _("Làm việc một ngày nghỉ")),
        ],
        initial=OFF,
        widget=forms.RadioSelect,
    )
    date = forms.DateField(
        label=_("Ngày"),
        widget=_day(),
        error_messages={"required": _("Chọn ngày."), "invalid": _("Ghi ngày cho đúng.")},
    )
    made_up_on = forms.DateField(
        label=_("Làm bù vào ngày"),
        required=False,
        widget=_day(),
        help_text=_("Chỉ chọn khi hoán đổi ngày làm việc."),
    )
    name = forms.CharField(
        label=_("Lý do"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "box", "autocomplete": "off"}),
        help_text=_("Người dân đọc phần này khi hẹn của họ phải dời, ví dụ: Nghỉ tránh bão số 9."),
        error_messages={"required": _("Ghi lý do để người dân biết vì sao hẹn dời.")},
    )

    def clean(self) -> dict[str, Any]:
        """A swap has two days."""
        cleaned = super().clean() or {}
        missing = not cleaned.get("made_up_on") and "made_up_on" not in self.errors
        if cleaned.get("kind") == self.SWAP and missing:
            self.add_error("made_up_on", str(_("Chọn ngày làm bù.")))
        return cleaned

    def days(self) -> list[Day]:
        """What is declared."""
        date: datetime.date = self.cleaned_data["date"]
        kind = self.cleaned_data["kind"]
        if kind == self.SWAP:
            made_up = Day(self.cleaned_data["made_up_on"], SpecialDay.Kind.WORKED)
            return [Day(date, SpecialDay.Kind.OFF), made_up]
        return [Day(date, kind)]


class HoursForm(forms.Form):
    """Office hours from a day on."""

    valid_from = forms.DateField(
        label=_("Áp dụng từ ngày"),
        widget=_day(),
        error_messages={"required": _("Chọn ngày bắt đầu áp dụng.")},
    )
    morning_from = forms.TimeField(label=_("Sáng từ"), widget=_time())
    morning_to = forms.TimeField(label=_("Sáng đến"), widget=_time())
    afternoon_from = forms.TimeField(label=_("Chiều từ"), widget=_time())
    afternoon_to = forms.TimeField(label=_("Chiều đến"), widget=_time())

    def hours(self) -> Hours:
        """What is declared."""
        return Hours(**self.cleaned_data)

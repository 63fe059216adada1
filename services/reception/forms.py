"""What is typed about the hall. Forms check and convert; they do not save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.catalogue.registry import current_procedures
from services.reception.models import Device, Line
from tenants.organisation.forms import Words

WEEKDAYS = (
    (0, _("Thứ Hai")),
    (1, _("Thứ Ba")),
    (2, _("Thứ Tư")),
    (3, _("Thứ Năm")),
    (4, _("Thứ Sáu")),
    (5, _("Thứ Bảy")),
    (6, _("Chủ nhật")),
)
_PROCEDURES_LENGTH = 200


def _box(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "box", "autocomplete": "off", **attrs})


def _number(label: Any, least: int, most: int, initial: int, **given: Any) -> forms.IntegerField:
    wrong = _("Ghi một số từ %(least)d đến %(most)d.") % {"least": least, "most": most}
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        initial=initial,
        widget=forms.NumberInput(attrs={"class": "box box--6"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
        **given,
    )


def _time(label: Any, initial: str) -> forms.TimeField:
    wrong = _("Ghi giờ và phút, ví dụ 07:30.")
    return forms.TimeField(
        label=label,
        initial=initial,
        widget=forms.TimeInput(attrs={"class": "box box--6", "type": "time"}, format="%H:%M"),
        error_messages={"required": wrong, "invalid": wrong},
    )


class LineForm(forms.Form):
    """A line of service."""

    letter = forms.RegexField(
        r"^[A-Za-z]\Z",
        label=_("Chữ đầu"),
        help_text=_("Một chữ, đứng trước số: A012."),
        widget=_box(maxlength=1, **{"class": "box box--4"}),
        error_messages=dict.fromkeys(("required", "invalid"), _("Ghi một chữ từ A đến Z.")),
    )
    name = Words(
        label=_("Tên dãy"),
        max_length=60,
        help_text=_("Hiện trên máy lấy số. Ví dụ: Hộ tịch"),
        widget=_box(),
        error_messages={"required": _("Hãy ghi tên dãy.")},
    )
    head_start = _number(
        _("Ưu tiên (phút)"),
        0,
        120,
        20,
        help_text=_("Người ưu tiên được xếp như đến sớm hơn chừng này phút."),
    )

    def clean_letter(self) -> str:
        """The letter as it is printed."""
        return str(self.cleaned_data["letter"]).upper()


class WindowForm(forms.Form):
    """A window and what is called there."""

    number = _number(_("Số quầy"), 1, 99, 1)
    letters = forms.MultipleChoiceField(
        label=_("Gọi các dãy"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Chọn ít nhất một dãy.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["letters"].choices = line_choices()  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    """Times for appointments on one day of the week."""

    weekday = forms.TypedChoiceField(
        label=_("Thứ"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.Select(attrs={"class": "box"}),
    )
    starts = _time(_("Từ"), "07:30")
    ends = _time(_("Đến"), "11:00")
    minutes = _number(_("Mỗi lượt (phút)"), 5, 240, 20)
    people = _number(_("Số người mỗi lượt"), 1, 50, 1)
    letter = forms.ChoiceField(
        label=_("Người đến nhận số của dãy"),
        widget=forms.Select(attrs={"class": "box"}),
        error_messages={"required": _("Chọn dãy số.")},
    )
    procedures = forms.MultipleChoiceField(
        label=_("Chỉ cho các thủ tục"),
        required=False,
        help_text=_("Không chọn gì là nhận hẹn cho mọi thủ tục."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.code, one.short_name) for one in current_procedures()]
        self.fields["letter"].choices = line_choices()  # type: ignore[attr-defined]
        self.fields["procedures"].choices = named  # type: ignore[attr-defined]

    def clean_procedures(self) -> list[str]:
        """As many as are kept; naming nearly all of them is naming none."""
        chosen: list[str] = self.cleaned_data["procedures"]
        if len(" ".join(chosen)) > _PROCEDURES_LENGTH:
            raise forms.ValidationError(
                _("Chọn tối đa 20 thủ tục; nhiều hơn thì bỏ chọn hết để nhận mọi thủ tục.")
            )
        return chosen

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning, with room for one person at least."""
        given = super().clean() or {}
        starts, ends, minutes = given.get("starts"), given.get("ends"), given.get("minutes")
        if starts and ends and minutes:
            length = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
            if length < minutes:
                self.add_error("ends", _("Từ giờ đầu đến giờ cuối phải đủ cho một lượt."))
        return given


class DeviceForm(forms.Form):
    """What this device is to be."""

    kind = forms.ChoiceField(
        label=_("Máy này là"),
        choices=Device.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Chọn một mục."), "invalid_choice": _("Chọn một mục.")},
    )
    name = Words(
        label=_("Tên máy"),
        max_length=60,
        help_text=_("Để nhận ra trong danh sách. Ví dụ: Máy lấy số ở cửa chính"),
        widget=_box(),
        error_messages={"required": _("Hãy ghi tên máy.")},
    )


def line_choices() -> list[tuple[str, str]]:
    """The lines to choose from."""
    return [(line.letter, str(line)) for line in Line.objects.order_by("letter")]

"""What an operator types. Forms check; they do not save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.fleet.support import SHORTEST_REASON as SHORTEST_SUPPORT_REASON
from tenants.fleet.suspension import LONGEST_REASON, SHORTEST_REASON


class ReasonForm(forms.Form):
    """Why a commune is suspended or resumed."""

    reason = forms.CharField(
        label=_("Lý do"),
        help_text=_("Ghi vào nhật ký vận hành. Không ghi thông tin của công dân."),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"class": "box", "rows": 2}),
        error_messages={
            "required": _("Hãy ghi lý do."),
            "min_length": _("Lý do cần ít nhất 5 ký tự."),
            "max_length": _("Lý do dài quá 300 ký tự."),
        },
    )


class SupportForm(forms.Form):
    """Why and for how long an operator wants to look at a commune's cases."""

    reason = forms.CharField(
        label=_("Lý do"),
        help_text=_("Đơn vị đọc được lý do này. Không ghi thông tin của công dân."),
        min_length=SHORTEST_SUPPORT_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"class": "box", "rows": 2}),
        error_messages={
            "required": _("Hãy ghi lý do."),
            "min_length": _("Lý do cần ít nhất 10 ký tự."),
            "max_length": _("Lý do dài quá 300 ký tự."),
        },
    )
    minutes = forms.TypedChoiceField(
        label=_("Trong bao lâu"),
        coerce=int,
        choices=((15, _("15 phút")), (30, _("30 phút")), (60, _("1 giờ")), (240, _("4 giờ"))),
        widget=forms.Select(attrs={"class": "box"}),
        error_messages={
            "required": _("Hãy chọn thời gian."),
            "invalid_choice": _("Hãy chọn một trong các mức thời gian có sẵn."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # It stands on one page with the other form that asks for a reason.
        super().__init__(*args, **{"auto_id": "id_support_%s", **kwargs})

"""What an operator types. Forms check; they do not save."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

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

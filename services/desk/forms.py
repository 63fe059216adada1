"""The few things officials type about a case. Forms check; they do not save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

AREA = forms.Textarea(attrs={"class": "box", "rows": 4})
MAX = 2000


class ReasonForm(forms.Form):
    """A reason in words, perhaps begun from the procedure's ready sentences."""

    phrases = forms.MultipleChoiceField(
        label=_("Lý do thường gặp"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Lý do"),
        required=False,
        max_length=MAX,
        widget=AREA,
        help_text=_("Người nộp đọc nguyên văn phần này."),
    )

    def __init__(self, *args: Any, phrases: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["phrases"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(phrase, phrase) for phrase in phrases]
        if not phrases:
            del self.fields["phrases"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("reason") and not cleaned.get("phrases"):
            self.add_error("reason", _("Ghi lý do, hoặc chọn một lý do thường gặp."))
        return cleaned

    def text(self) -> str:
        """The chosen sentences and the typed reason as one text."""
        chosen = list(self.cleaned_data.get("phrases", []))
        typed = self.cleaned_data["reason"].strip()
        return "; ".join([*chosen, typed] if typed else chosen)


class SupplementForm(forms.Form):
    """What has to be added: ready sentences, and one more line each for own ones."""

    phrases = forms.MultipleChoiceField(
        label=_("Cần bổ sung"), required=False, widget=forms.CheckboxSelectMultiple
    )
    items = forms.CharField(
        label=_("Yêu cầu khác"),
        required=False,
        max_length=MAX,
        widget=AREA,
        help_text=_("Mỗi dòng là một yêu cầu. Yêu cầu bổ sung chỉ gửi một lần, nên ghi cho đủ."),
    )
    reason = forms.CharField(
        label=_("Lý do, hướng dẫn thêm"), required=False, max_length=MAX, widget=AREA
    )

    def __init__(self, *args: Any, phrases: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["phrases"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(phrase, phrase) for phrase in phrases]
        if not phrases:
            del self.fields["phrases"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("items") and not cleaned.get("phrases"):
            self.add_error("items", _("Ghi ít nhất một giấy tờ hoặc nội dung cần bổ sung."))
        return cleaned

    def lines(self) -> list[str]:
        """Everything asked for, one a line."""
        typed = [line.strip() for line in self.cleaned_data["items"].splitlines()]
        return [*self.cleaned_data.get("phrases", []), *(line for line in typed if line)]


class HandOverForm(forms.Form):
    """Who takes the result at the counter."""

    receiver = forms.CharField(
        label=_("Người nhận"),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "box"}),
        help_text=_("Xem căn cước của người nhận trước khi trao."),
    )


class ProposalForm(forms.Form):
    """What the specialist proposes to the leader."""

    outcome = forms.ChoiceField(
        label=_("Đề nghị"),
        choices=[("approved", _("Chấp thuận")), ("rejected", _("Không chấp thuận"))],
        initial="approved",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Ý kiến thẩm định"),
        required=False,
        max_length=MAX,
        widget=AREA,
        help_text=_("Bắt buộc khi đề nghị không chấp thuận; lãnh đạo đọc trước khi ký."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == "rejected" and not cleaned.get("note"):
            self.add_error("note", _("Ghi lý do đề nghị không chấp thuận."))
        return cleaned


class AnswerForm(forms.Form):
    """What the applicant brought to the counter."""

    message = forms.CharField(
        label=_("Nội dung bổ sung"), required=False, max_length=MAX, widget=AREA
    )

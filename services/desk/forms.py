"""The few things officials type about a case. Forms check; they do not save."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.cases.states import Outcome

MAX = 2000
GAP = "…"


def area(rows: int = 4) -> forms.Textarea:
    """A box for some lines of text."""
    return forms.Textarea(attrs={"class": "box", "rows": rows, "maxlength": MAX})


class PhrasesForm(forms.Form):
    """Ready sentences of a procedure, to tick or to complete, and a box for own words.

    A sentence with a gap ("Thiếu giấy tờ: …") is a small box of its own: what fills the gap.
    """

    own = ""
    missing = _("Ghi lý do, hoặc chọn một lý do có sẵn.")

    def __init__(self, *args: Any, phrases: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whole = [phrase for phrase in phrases if GAP not in phrase]
        self.gaps = {f"gap_{i}": text for i, text in enumerate(phrases) if GAP in text}
        if whole:
            self.fields["phrases"] = forms.MultipleChoiceField(
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(phrase, phrase) for phrase in whole],
            )
        for name, text in self.gaps.items():
            box = forms.TextInput(attrs={"class": "box"})
            label = text.replace(GAP, "").strip()
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=300, widget=box
            )

    @property
    def gap_fields(self) -> list[forms.BoundField]:
        """The boxes that complete a sentence."""
        return [self[name] for name in self.gaps]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """What is asked besides the ready sentences."""
        return [self[name] for name in self.fields if name != "phrases" and name not in self.gaps]

    def clean(self) -> dict[str, Any]:
        """One sentence at least, ready or of one's own."""
        cleaned = super().clean() or {}
        if self.own not in self.errors and not self.chosen() and not cleaned.get(self.own):
            self.add_error(self.own, str(self.missing))
        return cleaned

    def fingerprint(self) -> str:
        """What tells whether the form still says what a preview of it showed."""
        said = repr(sorted(self.cleaned_data.items()))
        return hashlib.sha256(said.encode()).hexdigest()[:20]

    def chosen(self) -> list[str]:
        """The ready sentences that were ticked, and those that were completed."""
        filled = [
            text.replace(GAP, self.cleaned_data[name])
            for name, text in self.gaps.items()
            if self.cleaned_data.get(name)
        ]
        return [*self.cleaned_data.get("phrases", []), *filled]


class ReasonForm(PhrasesForm):
    """A reason in words, perhaps begun from the procedure's ready sentences."""

    own = "reason"
    heading = _("Lý do")
    reason = forms.CharField(
        label=_("Lý do, bằng lời của anh/chị"),
        required=False,
        max_length=MAX,
        widget=area(5),
        help_text=_("Điều gì, vì sao, làm gì tiếp. Người nộp đọc nguyên văn phần này."),
    )

    def text(self) -> str:
        """The chosen sentences and the typed reason as one text."""
        typed = self.cleaned_data["reason"]
        return "; ".join([*self.chosen(), typed] if typed else self.chosen())


class SendBackForm(PhrasesForm):
    """What is to be done again; read inside the office only."""

    own = "reason"
    missing = _("Ghi rõ cần làm lại điều gì.")
    reason = forms.CharField(
        label=_("Cần làm lại điều gì"),
        required=False,
        max_length=MAX,
        widget=area(5),
        help_text=_("Người làm bước trước đọc phần này; người nộp không đọc."),
    )

    def text(self) -> str:
        """The reason."""
        return str(self.cleaned_data["reason"])


class SupplementForm(PhrasesForm):
    """What has to be added: ready sentences, and one more line each for own ones."""

    own = "items"
    missing = _("Ghi ít nhất một giấy tờ hoặc nội dung cần bổ sung.")
    heading = _("Cần bổ sung")
    items = forms.CharField(
        label=_("Nội dung khác cần bổ sung"),
        required=False,
        max_length=MAX,
        widget=area(),
        help_text=_("Mỗi dòng là một yêu cầu. Yêu cầu bổ sung chỉ gửi một lần, nên ghi cho đủ."),
    )
    reason = forms.CharField(
        label=_("Lý do, hướng dẫn thêm"), required=False, max_length=MAX, widget=area(3)
    )

    def lines(self) -> list[str]:
        """Everything asked for, one a line."""
        typed = [line.strip() for line in self.cleaned_data["items"].splitlines()]
        return [*self.chosen(), *(line for line in typed if line)]


class ProposalForm(forms.Form):
    """What the specialist proposes to the leader."""

    outcome = forms.ChoiceField(
        label=_("Đề nghị"),
        choices=[
            (Outcome.APPROVED, _("Chấp thuận")),
            (Outcome.REJECTED, _("Không chấp thuận")),
        ],
        initial=Outcome.APPROVED,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Ý kiến thẩm định"),
        required=False,
        max_length=MAX,
        widget=area(),
        help_text=_("Bắt buộc khi đề nghị không chấp thuận; lãnh đạo đọc trước khi ký."),
    )

    def clean(self) -> dict[str, Any]:
        """A rejection is proposed with its reason."""
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == Outcome.REJECTED and not cleaned.get("note"):
            self.add_error("note", _("Ghi lý do đề nghị không chấp thuận."))
        return cleaned


class AnswerForm(forms.Form):
    """What the applicant brought to the counter: words, files, or both."""

    message = forms.CharField(
        label=_("Nội dung bổ sung"), required=False, max_length=MAX, widget=area()
    )

    def clean(self) -> dict[str, Any]:
        """Something was brought."""
        cleaned = super().clean() or {}
        if not cleaned.get("message") and not any(self.files.values()):
            self.add_error("message", _("Chọn ít nhất một tệp, hoặc ghi nội dung bổ sung."))
        return cleaned

"""What notices about a case may say: their kinds, and the words each may use.

A procedure's file may say any of them in its own words (`notices:`); what it leaves out is said in
the words that hold for all. Nothing of the form is among the words: a notice leaves the house.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from services.catalogue.form_parts import Part
from services.catalogue.positions import Finding

# Words of every kind: the case's code and procedure, the commune, who acts.
COMMON = frozenset({"code", "procedure", "commune", "official"})
# Each kind with the words that it alone may use besides.
CITIZENS: Mapping[str, frozenset[str]] = {
    "filed": frozenset({"limit"}),
    "accepted": frozenset({"due"}),
    "supplement_requested": frozenset({"items", "reason", "until"}),
    "supplement_received": frozenset({"due"}),
    "refused": frozenset({"reason"}),
    "payment_asked": frozenset({"amount", "reason"}),
    "payment_received": frozenset({"due"}),
    "extended": frozenset({"due", "old_due", "reason"}),
    "due_moved": frozenset({"due", "old_due", "reason"}),
    "stopped": frozenset({"ground", "reason"}),
    "withdrawn": frozenset[str](),
    "withdrawal_declined": frozenset({"reason", "due"}),
    "result_ready": frozenset({"unpaid"}),
    "rejected": frozenset({"reason", "unpaid"}),
    "returned": frozenset[str](),
    "posted": frozenset({"post_code"}),
}
OFFICIALS: Mapping[str, frozenset[str]] = {
    "desk_supplement": frozenset[str](),
    "desk_paid": frozenset[str](),
    "desk_assigned": frozenset({"step", "due"}),
    "desk_proposal": frozenset({"reason"}),
    "desk_withdrawal": frozenset({"reason"}),
    "desk_referral": frozenset({"reason"}),
    "desk_due_moved": frozenset({"due", "old_due", "reason"}),
    "desk_warning": frozenset({"step", "due", "reason"}),
}
KINDS: Mapping[str, frozenset[str]] = {**CITIZENS, **OFFICIALS}
_SMS_LENGTH = 160


class NoticeText(Part):
    """One kind of notice in a procedure's own words; what is left out is as for all.

    A line of ``body`` whose words are all empty is left out.
    """

    title: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    body: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    sms: Annotated[str, Field(min_length=1, max_length=_SMS_LENGTH)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> NoticeText:
        if self.title is None and self.body is None and self.sms is None:
            raise ValueError("cần ít nhất một trong title, body, sms")
        return self

    @field_validator("title", "body", "sms")
    @classmethod
    def _braces_match(cls, text: str | None) -> str | None:
        list(words_of(text or ""))
        return text


def words_of(text: str) -> Iterator[str]:
    """The words in braces of a text. Raises ValueError for braces that hold no plain word."""
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError:
        raise ValueError("dấu { } không khớp") from None
    for _, word, form, conversion in pieces:
        if word is None:
            continue
        if not word.isidentifier() or form or conversion:
            raise ValueError(f"không đọc được {{{word}}}; viết như {{code}}")
        yield word


def unknown_words(kind: str, text: NoticeText) -> Iterator[tuple[str, str]]:
    """What a notice of this kind may not say: the part (title, body, sms), and why."""
    allowed = COMMON | KINDS[kind]
    for part in ("title", "body", "sms"):
        for word in words_of(getattr(text, part) or ""):
            if word not in allowed:
                known = ", ".join(sorted(allowed))
                yield part, f"không có {{{word}}} cho thông báo {kind}; dùng được: {known}"


def notice_problems(notices: Mapping[str, NoticeText]) -> Iterator[Finding]:
    """A procedure words only kinds there are, with words that the kind has."""
    for kind, text in notices.items():
        if kind not in KINDS:
            yield ("notices", kind), f"không có loại thông báo này; có: {', '.join(KINDS)}"
            continue
        for part, why in unknown_words(kind, text):
            yield ("notices", kind, part), why

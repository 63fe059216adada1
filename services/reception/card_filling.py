"""What an identity card fills in on a page of a form, and where it says something else.

Which questions are about the applicant the procedure's file says (``applicant``, ``prefill``).
Nothing that was typed is written over unless the official asks for it after having been told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from services.catalogue.answers import Answers
from services.catalogue.forms.fields import to_raw
from services.catalogue.forms.page_form import page_form
from services.catalogue.schema import ApplicantMap, FieldSpec, PageSpec, ProcedureDefinition
from services.reception.identity_card import IdentityCard, Marks

_DATES = ("date", "partial_date")


@dataclass
class Filled:
    """A page's form with what the card gave: the data to show, and what to tell the official."""

    data: QueryDict
    filled: list[str] = field(default_factory=list)
    # Label of the question, what was typed, what the card says.
    differing: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def fill_page(
    definition: ProcedureDefinition,
    page: PageSpec,
    answers: Answers,
    typed: QueryDict,
    card: IdentityCard,
    *,
    overwrite: bool = False,
    **context: Any,
) -> Filled:
    """Put what the card says into the questions of a page that are still empty.

    With ``overwrite`` also where something else was typed. ``context`` is that of ``page_form``.
    """
    found = Filled(typed.copy())
    for spec, text in _questions(definition, page, answers, card, context):
        before = _typed(spec, found.data)
        if _same(before, text):
            continue
        if before and not overwrite:
            found.differing.append((spec.label, before, text))
            continue
        _write(spec, found.data, text)
        found.filled.append(spec.label)
    found.notes += _notes(definition, page, card)
    return found


def _questions(
    definition: ProcedureDefinition,
    page: PageSpec,
    answers: Answers,
    card: IdentityCard,
    context: dict[str, Any],
) -> Iterator[tuple[FieldSpec, str]]:
    """The questions of the page that the card answers, each with what it says."""
    known = _known(card)
    by_key = _by_key(definition.applicant, known)
    form = page_form(definition, page, answers, prefill=known, **context)
    for spec in page.leaves:
        if spec.key not in form.fields:
            continue
        text = by_key.get(spec.key, "")
        if not text and spec.prefill and spec.key not in answers:
            given = known.get(spec.prefill.removeprefix("account."))
            # The form decides whether the question is about the applicant at all.
            taken = form.fields[spec.key].initial == to_raw(spec, given) if given else False
            text = given or "" if taken else ""
        if text:
            yield spec, _shown(spec, text)


def _known(card: IdentityCard) -> dict[str, str]:
    """What is sure, under the names by which procedures ask for it; days as ISO text."""
    known = {"national_id": card.number}
    if card.born_on:
        known["birth_date"] = card.born_on.isoformat()
    if card.is_sure:
        known |= {"full_name": card.name, "address": card.home}
    return {name: text for name, text in known.items() if text}


def _by_key(mapping: ApplicantMap, known: dict[str, str]) -> dict[str, str]:
    keys = {
        mapping.name: "full_name",
        mapping.national_id: "national_id",
        mapping.birth_date: "birth_date",
        mapping.address: "address",
    }
    return {key: known[name] for key, name in keys.items() if key and name in known}


def _shown(spec: FieldSpec, text: str) -> str:
    if spec.type not in _DATES:
        return text
    return "/".join(part for part in to_raw(spec, text) if part)


def _typed(spec: FieldSpec, data: QueryDict) -> str:
    if spec.type not in _DATES:
        return str(data.get(spec.key, "")).strip()
    parts = (str(data.get(f"{spec.key}_{part}", "")).strip() for part in ("day", "month", "year"))
    return "/".join(part for part in parts if part)


def _write(spec: FieldSpec, data: QueryDict, text: str) -> None:
    if spec.type not in _DATES:
        data[spec.key] = text
        return
    for part, value in zip(("day", "month", "year"), text.split("/"), strict=True):
        data[f"{spec.key}_{part}"] = value


def _same(one: str, other: str) -> bool:
    """Whether two texts say the same: spaces, capitals and leading zeros make no difference."""

    def plain(text: str) -> list[str]:
        return [part.lstrip("0") for part in "".join(text.casefold().split()).split("/")]

    return plain(one) == plain(other)


def _notes(definition: ProcedureDefinition, page: PageSpec, card: IdentityCard) -> list[str]:
    """What the official must do by hand, and why."""
    notes = []
    if card.marks is Marks.LOST:
        notes.append(
            _(
                "Máy quét làm mất dấu (“%(name)s”), nên họ tên và nơi cư trú để anh/chị gõ theo "
                "thẻ. Chụp ảnh mã thì đọc được đủ dấu."
            )
            % {"name": card.name}
        )
    if card.marks is Marks.MANGLED:
        notes.append(
            _(
                "Bộ gõ tiếng Việt trên máy đang bật nên chữ quét vào bị sai (“%(name)s”). Tắt bộ "
                "gõ rồi quét lại; số định danh và ngày sinh đã điền."
            )
            % {"name": card.name}
        )
    mapping = definition.applicant.address
    keys = {leaf.key for leaf in page.leaves}
    is_residence = mapping is not None and f"{mapping}commune" in keys
    if card.is_sure and card.home and is_residence:
        notes.append(
            _("Nơi cư trú ghi trên thẻ: %(home)s. Anh/chị chọn xã, phường theo tên hiện nay.")
            % {"home": card.home}
        )
    return notes

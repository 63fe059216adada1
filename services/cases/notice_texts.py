"""The words of notices: those that hold for all, by day, and a procedure's own before them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.catalogue.loader import validation_problems
from services.catalogue.notice_texts import KINDS, NoticeText, unknown_words, words_of
from services.catalogue.positions import (
    FileProblem,
    Map,
    ProcedureFileError,
    Seq,
    problem_at,
    read_yaml,
)
from services.catalogue.schema import ProcedureDefinition

DEFAULTS = Path(__file__).parent / "data" / "notices.yaml"


class DatedText(NoticeText):
    """A notice for all procedures, from a day on."""

    valid_from: datetime.date
    mandatory: bool = False
    needs_person: bool = False


@dataclass(frozen=True)
class Said:
    """A notice with its words filled in."""

    title: str
    body: str
    sms: str
    mandatory: bool
    needs_person: bool


def say(
    kind: str,
    definition: ProcedureDefinition,
    words: Mapping[str, str],
    on: datetime.date,
) -> Said:
    """The notice of a kind as it is worded on a day, in the procedure's own words where it has any.

    A line of the body whose words are all empty is left out. Raises KeyError for an unknown kind.
    """
    common = _in_force(defaults()[kind], on)
    own = definition.notices.get(kind)
    filled = _Words(words)
    return Said(
        title=_own(own, "title", common).format_map(filled),
        body="\n".join(_lines(_own(own, "body", common), filled)),
        sms=_own(own, "sms", common).format_map(filled),
        mandatory=common.mandatory,
        needs_person=common.needs_person,
    )


@lru_cache(maxsize=1)
def defaults() -> dict[str, list[DatedText]]:
    """The words that hold for all procedures, by kind, the oldest first."""
    return load_defaults(DEFAULTS)


def load_defaults(path: Path) -> dict[str, list[DatedText]]:
    """Read the words for all. Raises ProcedureFileError with file, line, path and reason."""
    tree = read_yaml(path)
    problems = [
        problem_at(tree, [kind], "không có loại thông báo này") for kind in tree.keys() - KINDS
    ]
    problems += [
        FileProblem(str(path), 1, kind, "thiếu loại thông báo này")
        for kind in KINDS.keys() - tree.keys()
    ]
    found = {kind: _versions(tree, kind, problems) for kind in KINDS.keys() & tree.keys()}
    if problems:
        raise ProcedureFileError(problems)
    return found


def _versions(tree: Map, kind: str, problems: list[FileProblem]) -> list[DatedText]:
    versions: list[DatedText] = []
    entries = tree[kind]
    if not isinstance(entries, Seq) or not entries:
        problems.append(problem_at(tree, [kind], "phải là danh sách các bản"))
        return versions
    for number, entry in enumerate(entries):
        at: list[str | int] = [kind, number]
        try:
            text = DatedText.model_validate(entry)
        except ValidationError as error:
            problems += validation_problems(entry, error, DatedText)
            continue
        problems += [problem_at(tree, [*at, part], why) for part, why in unknown_words(kind, text)]
        if not text.title or not text.body:
            problems.append(problem_at(tree, at, "cần cả title và body"))
        if versions and text.valid_from <= versions[-1].valid_from:
            problems.append(problem_at(tree, [*at, "valid_from"], "phải sau ngày của bản trước"))
        versions.append(text)
    return versions


def _in_force(versions: list[DatedText], on: datetime.date) -> DatedText:
    """The version of a day; before the first one's day the first."""
    begun = [one for one in versions if one.valid_from <= on]
    return begun[-1] if begun else versions[0]


def _own(own: NoticeText | None, part: str, common: NoticeText) -> str:
    said = getattr(own, part) if own is not None else None
    return str(said or getattr(common, part) or "")


def _lines(body: str, words: Mapping[str, str]) -> list[str]:
    lines = []
    for line in body.split("\n"):
        used = list(words_of(line))
        if not used or any(words[word] for word in used):
            lines.append(line.format_map(words))
    return lines


class _Words(dict[str, Any]):
    """Words of a notice; what the turn did not bring stays empty."""

    def __missing__(self, key: str) -> str:
        return ""

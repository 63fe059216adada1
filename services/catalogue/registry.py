"""The published procedures: which is in force today, and any version ever published.

A version never changes, so a process reads and parses each one once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from services.catalogue.errors import ProcedureNotFound
from services.catalogue.models import ProcedureVersion
from services.catalogue.schema import ProcedureDefinition
from tenants.kit.expiring_cache import ExpiringCache
from tenants.kit.text import fold

# How long a newly published version may go unnoticed by a running process, in seconds.
FRESH_SECONDS = 60
GROUP_ORDER = ("family", "death", "papers", "business", "support")


@dataclass(frozen=True)
class _Current:
    by_code: dict[str, ProcedureDefinition]
    search_texts: tuple[tuple[str, str, ProcedureDefinition], ...]
    # Of every procedure that was ever in force: its code, and the key of its field.
    subjects: dict[str, frozenset[str]]


_versions: dict[tuple[str, int], ProcedureDefinition] = {}
_current: ExpiringCache[dt.date, _Current] = ExpiringCache(seconds=FRESH_SECONDS, size=2)


def get_version(code: str, version: int) -> ProcedureDefinition:
    """A published version, also one no longer in force; ProcedureNotFound when there is none."""
    found = _versions.get((code, version))
    if found is None:
        row = ProcedureVersion.objects.filter(code=code, version=version).first()
        if row is None:
            raise ProcedureNotFound(code)
        found = _parsed(row)
    return found


def current_procedures() -> list[ProcedureDefinition]:
    """The version in force today of every procedure, in the order of the home page."""
    return list(_state().by_code.values())


def current_procedure(code: str) -> ProcedureDefinition:
    """The version of one procedure in force today, or ProcedureNotFound."""
    try:
        return _state().by_code[code]
    except KeyError:
        raise ProcedureNotFound(code) from None


def field_key(name: str) -> str:
    """The key of a field of procedures: its name in plain small letters ("ho-tich")."""
    return "-".join(fold(name).split())


def subjects_of(code: str) -> frozenset[str]:
    """What a procedure belongs to: its own code and its field's key; also when out of force."""
    return _state().subjects.get(code, frozenset({code}))


def codes_within(scope: Collection[str]) -> list[str]:
    """The codes of all procedures, of today and of before, that these codes and fields name."""
    known = _state().subjects.items()
    return sorted(code for code, subjects in known if not subjects.isdisjoint(scope))


def search_procedures(text: str) -> list[ProcedureDefinition]:
    """Procedures that fit what somebody typed, without accents and in any order of words."""
    wanted = fold(text[:200])
    if not wanted:
        return current_procedures()
    words = wanted.split()
    ranked = []
    for position, (title, everything, definition) in enumerate(_state().search_texts):
        if wanted in (title, definition.code):
            rank = 0
        elif wanted in title:
            rank = 1
        elif wanted in everything:
            rank = 2
        elif all(word in everything for word in words):
            rank = 3
        else:
            continue
        ranked.append((rank, position, definition))
    return [definition for *_, definition in sorted(ranked, key=lambda one: one[:2])]


def forget() -> None:
    """Drop what this process remembers; for the publisher and for tests."""
    _current.clear()
    _versions.clear()


def _state() -> _Current:
    day = timezone.localdate()
    return _current.get(day, lambda: _read(day))


def _read(day: dt.date) -> _Current:
    newest: dict[str, tuple[dt.date, int]] = {}
    subjects: dict[str, frozenset[str]] = {}
    rows = ProcedureVersion.objects.filter(valid_from__lte=day).values_list(
        "code", "version", "valid_from", "valid_to", "definition__field"
    )
    for code, version, valid_from, valid_to, field in rows.order_by("code", "valid_from"):
        subjects[code] = frozenset({code, field_key(field)})
        if valid_to is None or valid_to >= day:
            newest[code] = max(newest.get(code, (valid_from, version)), (valid_from, version))
    wanted = {(code, version) for code, (_, version) in newest.items()}
    missing = wanted - _versions.keys()
    if missing:
        codes = {code for code, _ in missing}
        for row in ProcedureVersion.objects.filter(code__in=codes):
            if (row.code, row.version) in missing:
                _parsed(row)
    definitions = sorted(
        (_versions[key] for key in wanted),
        key=lambda d: (GROUP_ORDER.index(d.group), d.code),
    )
    return _Current(
        by_code={d.code: d for d in definitions},
        search_texts=tuple((fold(d.short_name), _search_text(d), d) for d in definitions),
        subjects=subjects,
    )


def _parsed(row: ProcedureVersion) -> ProcedureDefinition:
    definition = ProcedureDefinition.model_validate(row.definition)
    _versions[row.code, row.version] = definition
    return definition


def _search_text(definition: ProcedureDefinition) -> str:
    parts = (definition.short_name, definition.name, *definition.keywords, definition.code)
    return fold(" · ".join((*parts, definition.result.name)))

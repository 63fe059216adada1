"""Placeholders in the texts of a procedure: ``{child_name|upper}``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# What the commune, the case and the signing give to every printed text.
EXTRA_NAMES = frozenset(
    {
        "agency",
        "commune_name",
        "place_name",
        "province_name",
        "case_code",
        "number",
        "year",
        "signed_date",
        "signer_name",
        "signer_title",
        "filed_on",
        "applicant_name",
        "procedure_name",
        "reason",
    }
)
FILTERS = frozenset(
    {
        "upper",
        "lower",
        "words",
        "long",
        "year",
        "day",
        "month",
        "number",
        "residence",
        "identity",
        "or",
    }
)
# Filters of a prefix, with the endings of the fields they put together.
PREFIX_FILTERS = {
    "residence": ("commune", "address_detail", "province"),
    "identity": ("national_id", "id_doc_type", "id_doc_number"),
}
_HOLDER = re.compile(r"\{([^{}]*)\}")
_FILTER = re.compile(r"\|\s*([a-z_]+)(?::\s*(?:'([^']*)'|\"([^\"]*)\"))?\s*")
_KEY = re.compile(r"\s*([a-z][a-z0-9_]*)\s*")


class PlaceholderError(ValueError):
    """A text with a brace that is not a placeholder."""


@dataclass(frozen=True)
class Placeholder:
    """One placeholder: where it stands, its key and its filters with their argument."""

    start: int
    end: int
    key: str
    filters: tuple[tuple[str, str], ...]


@lru_cache(maxsize=4096)
def placeholders(text: str) -> tuple[Placeholder, ...]:
    """The placeholders of a text in order, or PlaceholderError."""
    found = tuple(_read(match) for match in _HOLDER.finditer(text))
    outside = _HOLDER.sub("", text)
    if "{" in outside or "}" in outside:
        raise PlaceholderError("dấu { } không khớp")
    return found


def _read(match: re.Match[str]) -> Placeholder:
    inner = match[1]
    key = _KEY.match(inner)
    if not key:
        raise PlaceholderError(f"không đọc được {match[0]}; viết như {{child_name|upper}}")
    at, filters = key.end(), []
    while at < len(inner):
        one = _FILTER.match(inner, at)
        if not one:
            raise PlaceholderError(f"không đọc được bộ lọc trong {match[0]}")
        filters.append((one[1], one[2] or one[3] or ""))
        at = one.end()
    return Placeholder(match.start(), match.end(), key[1], tuple(filters))

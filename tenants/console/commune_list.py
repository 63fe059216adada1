"""The list of communes: one statement for the rows, one for the totals, rows printed in Python.

All 3,321 communes may be asked for on one page. Through models and the template engine that
would cost seconds; here a row costs some microseconds, because what many rows share (states,
versions, provinces) is printed once.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db import connection
from django.templatetags.static import static
from django.utils.formats import get_format
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from tenants.communes.models import Commune
from tenants.communes.official_list import Province, provinces, search_communes
from tenants.communes.versions import can_serve, code_version, oldest_served_version
from tenants.kit.text import fold

PAGE = 100
# More communes than share any former name.
FORMER_NAMES = 50
# Addresses carry Vietnamese words, the registry its own.
STATES: Mapping[str, Commune.State] = {
    "hoat-dong": Commune.State.ACTIVE,
    "tam-ngung": Commune.State.SUSPENDED,
    "da-sap-nhap": Commune.State.MERGED,
}
BEHIND, NOT_SERVED = "cu", "khong-phuc-vu"
VERSIONS = (BEHIND, NOT_SERVED)
BY_PROVINCE = ""
# Of equal ones the order is that of the names; what never happened comes last.
ORDERS: Mapping[str, str] = {
    BY_PROVINCE: "c.province_code, c.sort_key, c.code",
    "ten": "c.sort_key, c.code",
    "hoat-dong": "f.last_activity_at DESC NULLS LAST, c.sort_key, c.code",
    "dang-giai-quyet": "f.open_cases DESC NULLS LAST, c.sort_key, c.code",
}
_TABLES = """
FROM communes_commune c LEFT JOIN communes_figures f ON f.commune_code = c.code
"""
_ROWS = f"""
SELECT c.code, c.name, c.province_name, c.state, c.schema_version, c.oldest_code,
    COALESCE(f.cases, 0), COALESCE(f.open_cases, 0), f.last_activity_at,
    count(*) OVER (), sum(f.cases) OVER (), sum(f.open_cases) OVER ()
{_TABLES}
"""
_TOTALS = f"""
SELECT c.province_code, c.state, c.schema_version, c.oldest_code,
    count(*), COALESCE(sum(f.cases), 0), COALESCE(sum(f.open_cases), 0)
{_TABLES} GROUP BY 1, 2, 3, 4
"""
Row: TypeAlias = tuple[Any, ...]
# Look and icon of the tag of a state that is not the usual one.
_LOOKS = {
    Commune.State.SUSPENDED: ("soon", "half"),
    Commune.State.MERGED: ("plain", "ring"),
}


@dataclass(frozen=True)
class Wanted:
    """Which communes are asked for, in which order; page 0 is all on one page."""

    query: str = ""
    province: str = ""
    state: str = ""
    version: str = ""
    order: str = BY_PROVINCE
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether some communes may be left out."""
        return bool(self.query or self.province or self.state or self.version)

    def address(self, **changed: str | int) -> dict[str, str | int]:
        """Return the parameters of the list's address, with some of them changed."""
        given = {
            "q": self.query,
            "tinh": self.province,
            "tinh-trang": self.state,
            "phien-ban": self.version,
            "xep": self.order,
            **changed,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Found:
    """One page of communes, and how many and how busy all that were found are."""

    rows: Sequence[Row]
    communes: int
    cases: int
    open_cases: int


@dataclass(frozen=True)
class Totals:
    """The whole fleet in numbers."""

    communes: int
    cases: int
    open_cases: int
    by_state: Mapping[str, int]
    by_version: Mapping[int, int]
    behind: int
    not_served: int
    provinces: Sequence[Province]


def find_communes(wanted: Wanted) -> Found:
    """Return a page of the communes that are wanted."""
    condition, params = _condition(wanted)
    statement = f"{_ROWS} WHERE {condition} ORDER BY {ORDERS[wanted.order]}"
    if wanted.page:
        statement += " LIMIT %s OFFSET %s"
        params += [PAGE, (wanted.page - 1) * PAGE]
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    communes, cases, open_cases = rows[0][-3:] if rows else (0, 0, 0)
    return Found(rows, communes, int(cases or 0), int(open_cases or 0))


def fleet_totals() -> Totals:
    """Return the fleet's numbers, and the provinces that have communes here."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS)
        groups = cursor.fetchall()
    by_state: Counter[str] = Counter()
    by_version: Counter[int] = Counter()
    behind = not_served = 0
    for _province, state, version, oldest_code, communes, _cases, _open_cases in groups:
        by_state[state] += communes
        by_version[version] += communes
        behind += communes * (version < code_version())
        not_served += communes * (not can_serve(version, oldest_code))
    present = {group[0] for group in groups}
    return Totals(
        communes=by_state.total(),
        cases=sum(int(group[5]) for group in groups),
        open_cases=sum(int(group[6]) for group in groups),
        by_state=by_state,
        by_version=by_version,
        behind=behind,
        not_served=not_served,
        provinces=[province for province in provinces().values() if province.code in present],
    )


def _condition(wanted: Wanted) -> tuple[str, list[Any]]:
    conditions, params = ["TRUE"], list[Any]()
    if wanted.province:
        conditions.append("c.province_code = %s")
        params.append(wanted.province)
    if wanted.state:
        conditions.append("c.state = %s")
        params.append(STATES[wanted.state].value)
    if wanted.version == BEHIND:
        conditions.append("c.schema_version < %s")
        params.append(code_version())
    elif wanted.version == NOT_SERVED:
        # The opposite of can_serve.
        conditions.append("(c.schema_version < %s OR c.oldest_code > %s)")
        params += [oldest_served_version(), code_version()]
    if wanted.query:
        # Former names stand in the official list, not in the registry.
        former = [commune.code for commune in search_communes(wanted.query, FORMER_NAMES)]
        conditions.append(
            "(strpos(c.folded, %s) > 0 OR starts_with(c.code, %s) OR c.code = ANY(%s))"
        )
        params += [fold(wanted.query), wanted.query, former]
    return " AND ".join(conditions), params


def print_rows(rows: Iterable[Row]) -> str:
    """Return the table rows of communes as HTML."""
    printer = _Printer()
    return "\n".join([printer.row(row) for row in rows])


def version_note(version: int, oldest_code: int) -> str:
    """Say what is particular about a schema's version; nothing of the present one."""
    if not can_serve(version, oldest_code):
        return _("chưa phục vụ được")
    behind = code_version() - version
    if behind > 0:
        return _("kém %(n)s bước") % {"n": behind}
    return _("mới hơn phần mềm") if behind else ""


class _Printer:
    """Prints what many rows share once."""

    def __init__(self) -> None:
        self.icons = static("img/icons.svg")
        self.zone: datetime.tzinfo = get_current_timezone()
        self.separator = escape(get_format("THOUSAND_SEPARATOR"))
        self.nothing = escape(_("chưa có"))
        # On a phone a row is a block, and numbers stand beside what they count.
        self.labels = (escape(_("Lược đồ")), escape(_("Đang giải quyết")), escape(_("Hồ sơ")))
        self.states: dict[str, str] = {
            Commune.State.ACTIVE.value: escape(capfirst(Commune.State.ACTIVE.label))
        }
        self.states |= {
            state.value: self._tag(*look, str(state.label)) for state, look in _LOOKS.items()
        }
        self.provinces: dict[str, str] = {}
        self.versions: dict[tuple[int, int], str] = {}

    def row(self, row: Row) -> str:
        """One commune's row."""
        code, name, province, state, version, oldest_code, cases, open_cases, at, *_sums = row
        if (version, oldest_code) not in self.versions:
            self.versions[version, oldest_code] = self._version(version, oldest_code)
        if province not in self.provinces:
            self.provinces[province] = escape(province)
        used = at.astimezone(self.zone).strftime("%H:%M %d/%m/%Y") if at else self.nothing
        of_version, of_open, of_cases = self.labels
        return (
            f'<tr><td>{code}</td><td><a href="xa/{code}/">{escape(name)}</a></td>'
            f"<td>{self.provinces[province]}</td><td>{self.states[state]}</td>"
            f'<td data-of="{of_version}">{self.versions[version, oldest_code]}</td>'
            f'<td class="r" data-of="{of_open}">{self._number(open_cases)}</td>'
            f'<td class="r" data-of="{of_cases}">{self._number(cases)}</td><td>{used}</td></tr>'
        )

    def _number(self, number: int) -> str:
        return f"{number:,}".replace(",", self.separator) if number > 999 else str(number)

    def _version(self, version: int, oldest_code: int) -> str:
        note = version_note(version, oldest_code)
        return f"{version} {self._tag('soon', 'warn', note)}" if note else str(version)

    def _tag(self, state: str, icon: str, text: str) -> str:
        # That of templates/components/tag.html.
        return (
            f'<span class="tag tag--{state}"><svg class="i" aria-hidden="true">'
            f'<use href="{self.icons}#{icon}"/></svg>{escape(capfirst(text))}</span>'
        )

"""The official list of communes: 3,321 in 34 provinces since 1 July 2025.

Names and codes are those of Quyết định 19/2025/QĐ-TTg; `predecessors.csv` says which older
communes each one came from; `agency_codes.csv` holds the provinces' codes of Quyết định
20/2020/QĐ-TTg with their dates and how sure each is (V read, M remembered, U which of the
merged provinces' codes lives on is not published). The list is the same for everybody and
changes with the software only, so it is read once a process.
"""

from __future__ import annotations

import csv
import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from tenants.kit.text import fold, sort_key

_KINDS = ("phuong ", "xa ", "dac khu ")
_PROVINCE_KINDS = ("thanh pho ", "tinh ")


class UnknownCommune(LookupError):
    """There is no commune of this code in the official list."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Không có xã, phường, đặc khu nào mang mã “{code}” trong danh mục hành chính. "
            "Mã gồm 5 chữ số, ví dụ 00004 (Phường Ba Đình)."
        )


class UnknownProvince(LookupError):
    """There is no province of this code in the official list."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Không có tỉnh, thành phố nào mang mã “{code}”. "
            "Mã gồm 2 chữ số, ví dụ 01 (Thành phố Hà Nội)."
        )


@dataclass(frozen=True)
class OfficialCommune:
    """A commune as the State lists it; `kind` is xa, phuong or dac_khu."""

    code: str
    name: str
    kind: str
    province_code: str
    province_name: str
    latitude: float | None
    longitude: float | None
    area_km2: float | None

    @property
    def full_name(self) -> str:
        """The name with its province: "Phường Ba Đình, Thành phố Hà Nội"."""
        return f"{self.name}, {self.province_name}"

    @property
    def short_name(self) -> str:
        """The name without what kind of unit it is: "Ba Đình"."""
        return self.name.split(" ", 2 if self.kind == "dac_khu" else 1)[-1]


@dataclass(frozen=True)
class Province:
    """A province or a city of that level."""

    code: str
    name: str


@cache
def official_communes() -> dict[str, OfficialCommune]:
    """Return all communes by code, in the order of the list."""
    return {
        row["code"]: OfficialCommune(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            province_code=row["province_code"],
            province_name=row["province_name"],
            latitude=_number(row["latitude"]),
            longitude=_number(row["longitude"]),
            area_km2=_number(row["area_km2"]),
        )
        for row in _rows("communes.csv")
    }


def official_commune(code: str) -> OfficialCommune:
    """Return the commune of a code, or raise UnknownCommune."""
    try:
        return official_communes()[code]
    except KeyError:
        raise UnknownCommune(code) from None


@cache
def provinces() -> dict[str, Province]:
    """Return the 34 provinces by code."""
    return {
        commune.province_code: Province(commune.province_code, commune.province_name)
        for commune in official_communes().values()
    }


@cache
def communes_of(province_code: str) -> tuple[OfficialCommune, ...]:
    """Return a province's communes in the order of their names, or raise UnknownProvince."""
    if province_code not in provinces():
        raise UnknownProvince(province_code)
    found = [c for c in official_communes().values() if c.province_code == province_code]
    return tuple(sorted(found, key=lambda c: (sort_key(c.short_name), c.code)))


@cache
def _host_labels() -> dict[str, str]:
    plain = {code: _label(commune) for code, commune in official_communes().items()}
    shared = {label for label, times in Counter(plain.values()).items() if times > 1}
    return {code: f"{label}-{code}" if label in shared else label for code, label in plain.items()}


def host_label(code: str) -> str:
    """Return the label of a commune's host: name and province ("phuong-ba-dinh-ha-noi").

    Names that fold to the same label all carry their code.
    """
    official_commune(code)
    return _host_labels()[code]


@cache
def _codes_by_host_label() -> dict[str, str]:
    return {label: code for code, label in _host_labels().items()}


def code_of_host_label(label: str) -> str | None:
    """Return the code of the commune that has this host label, None when none has."""
    return _codes_by_host_label().get(label)


def agency_code(code: str, on: datetime.date) -> str:
    """Return the agency code of a commune at a date: "H26.00004".

    Level 1 is the province's code (Quyết định 20/2020/QĐ-TTg). Raises LookupError for a date
    before the present provinces existed.
    """
    province = official_commune(code).province_code
    for first, end, level_1 in _agency_codes().get(province, ()):
        if first <= on and (end is None or on < end):
            return f"{level_1}.{code}"
    raise LookupError(f"Chưa có mã cơ quan cấp 1 của tỉnh {province} vào ngày {on:%d/%m/%Y}.")


def search_communes(text: str, limit: int = 20) -> list[OfficialCommune]:
    """Return communes found by their own or an earlier name, the likeliest first.

    Accents, case and the kind of unit may be left out; the province may follow the name. An
    exact name comes before a beginning, that before a word, that before any part; a name of
    today before a former one.
    """
    typed = " ".join(text.replace(",", " ").lower().split())
    wanted = fold(typed)
    if not wanted:
        return []
    accents_matter = typed != wanted
    found = []
    for entry in _search_entries():
        if wanted not in entry.everything:
            continue
        rank = min(_rank(wanted, name, former=False) for name in entry.names)
        former = (_rank(wanted, name, former=True) for name in entry.former_names)
        rank = min(rank, min(former, default=_NOT_FOUND))
        accents_differ = accents_matter and typed not in entry.commune.full_name.lower()
        found.append((rank, accents_differ, entry.order, entry.commune))
    found.sort(key=lambda item: item[:3])
    return [commune for *_, commune in found[:limit]]


_NOT_FOUND = 99
_FORMER = 1


@dataclass(frozen=True)
class _SearchEntry:
    commune: OfficialCommune
    names: tuple[str, ...]
    former_names: tuple[str, ...]
    everything: str
    order: tuple[bool, str, str]


@cache
def _search_entries() -> tuple[_SearchEntry, ...]:
    former: dict[str, set[str]] = {}
    for row in _rows("predecessors.csv"):
        # A commune that came from itself has today's name; once is enough.
        old = fold(row["old_name"])
        former.setdefault(row["new_code"], set()).update({old, _without(old, _KINDS)})
    entries = []
    for commune in official_communes().values():
        full, province = fold(commune.name), fold(commune.province_name)
        short, place = fold(commune.short_name), _without(province, _PROVINCE_KINDS)
        names = (short, full, f"{short} {place}", f"{full} {place}", f"{full} {province}")
        older = tuple(sorted(former.get(commune.code, set()) - set(names)))
        # Of equal finds the ward comes first: more people live there and look for it.
        order = (commune.kind != "phuong", sort_key(commune.short_name), commune.code)
        everything = "\n".join((*names, *older))
        entries.append(_SearchEntry(commune, names, older, everything, order))
    return tuple(entries)


def _rank(wanted: str, name: str, *, former: bool) -> int:
    if name == wanted:
        rank = 0
    elif name.startswith(wanted):
        rank = 2
    elif f" {wanted}" in name:
        rank = 4
    elif wanted in name:
        rank = 6
    else:
        return _NOT_FOUND
    return rank + (_FORMER if former else 0)


def _label(commune: OfficialCommune) -> str:
    province = _without(fold(commune.province_name), _PROVINCE_KINDS)
    signs = (sign if sign.isalnum() else " " for sign in f"{fold(commune.name)} {province}")
    return "-".join("".join(signs).split())


def _without(text: str, beginnings: tuple[str, ...]) -> str:
    for beginning in beginnings:
        if text.startswith(beginning):
            return text.removeprefix(beginning)
    return text


@cache
def _agency_codes() -> dict[str, list[tuple[datetime.date, datetime.date | None, str]]]:
    codes: dict[str, list[tuple[datetime.date, datetime.date | None, str]]] = {}
    for row in _rows("agency_codes.csv"):
        end = datetime.date.fromisoformat(row["to"]) if row["to"] else None
        first = datetime.date.fromisoformat(row["from"])
        codes.setdefault(row["province_code"], []).append((first, end, row["agency_code"]))
    return codes


def _number(text: str) -> float | None:
    return float(text) if text else None


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (Path(settings.OFFICIAL_LIST_DIR) / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)

"""What may be asked of the work list, and how it stands in an address.

An address can be kept, sent to a colleague and saved under a name; so no identity number and no
telephone number ever stands in one, only the keyed index under which it is found.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from services.cases.states import CLOSED, CaseStatus
from services.tracking.tracking import identity_index, phone_index

TO_DO, MINE, LATE, OPEN, DONE = "", "toi-giu", "qua-han", "tat-ca", "da-xong"
BY_STATUS: dict[str, tuple[CaseStatus, ...]] = {
    "cho-tiep-nhan": (CaseStatus.REGISTERED,),
    "dang-giai-quyet": (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS, CaseStatus.WITHDRAWING),
    "cho-bo-sung": (CaseStatus.SUPPLEMENT, CaseStatus.PAYMENT),
    "cho-tra": (CaseStatus.RESULT_READY,),
    OPEN: tuple(state for state in CaseStatus if state not in CLOSED),
    DONE: CLOSED,
}
VIEWS = (TO_DO, MINE, LATE, *BY_STATUS)

TODAY, TWO_DAYS = "hom-nay", "2-ngay"
ME, NOBODY = "toi", "chua-ai"
BY_DUE, OLDEST, NEWEST = "", "nop", "nop-moi"

_PAGES = 1000
_PHONE = re.compile(r"(?:\+84|0)\d{8,10}")
_IDENTITY = re.compile(r"\d{12}")
_INDEX = re.compile(r"[\w+/=-]{1,32}", re.ASCII)


@dataclass(frozen=True)
class Filters:
    """What is asked of the list; every value may be empty.

    ``due`` is one of LATE, TODAY, TWO_DAYS or a day (ISO); ``holder`` is ME, NOBODY or an
    official's key; ``step`` is a role, or the position of a step of ``procedure``. ``person`` and
    ``phone`` are keyed indexes.
    """

    view: str = TO_DO
    procedure: str = ""
    step: str = ""
    holder: str = ""
    due: str = ""
    channel: str = ""
    status: int = 0
    query: str = ""
    person: str = ""
    phone: str = ""
    sort: str = BY_DUE
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether anything but the view, the search and the order was chosen."""
        return replace(self, **_EVERYTHING) != replace(self, page=1, sort=BY_DUE)

    @property
    def searched(self) -> bool:
        """Whether somebody looks for a case, wherever it stands."""
        return bool(self.query or self.person or self.phone)

    @property
    def day(self) -> datetime.date | None:
        """The day on which the cases shall be due, if one was chosen."""
        try:
            return datetime.date.fromisoformat(self.due)
        except ValueError:
            return None

    def address(self, **changes: Any) -> str:
        """The query of the list's address, with some of it changed; empty for nothing chosen."""
        wanted = replace(self, **changes)
        given = {one: getattr(wanted, one.name) for one in fields(wanted)}
        return urlencode({NAMES[k.name]: str(v) for k, v in given.items() if v != k.default})

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of the filters carries along without showing it."""
        names = ("view", "query", "person", "phone", "sort")
        return [(NAMES[name], getattr(self, name)) for name in names if getattr(self, name)]


_EVERYTHING: dict[str, Any] = {
    "procedure": "", "step": "", "holder": "", "due": "", "channel": "", "status": 0, "page": 1,
    "sort": BY_DUE,
}  # fmt: skip
# How each stands in an address.
NAMES = {
    "view": "xem", "procedure": "thu-tuc", "step": "buoc", "holder": "nguoi", "due": "han",
    "channel": "kenh", "status": "trang-thai", "query": "q", "person": "so", "phone": "dt",
    "sort": "sap", "page": "trang",
}  # fmt: skip


def read_filters(given: Mapping[str, str]) -> Filters:
    """The filters of an address; what means nothing is left out."""
    # PostgreSQL takes no NUL in a text, so nothing can be found by one.
    clean = {name: str(value).replace("\0", "").strip() for name, value in given.items()}

    def text(name: str, longest: int) -> str:
        return clean.get(NAMES[name], "")[:longest]

    def index(name: str) -> str:
        value = text(name, 32)
        return value if _INDEX.fullmatch(value) else ""

    view, sort = text("view", 20), text("sort", 10)
    return Filters(
        view=view if view in VIEWS else TO_DO,
        procedure=text("procedure", 20),
        step=_step(text("step", 15)),
        holder=_holder(text("holder", 36)),
        # A day that was picked goes before the list of usual ones.
        due=_due(clean.get("ngay", "")[:10]) or _due(text("due", 10)),
        channel=text("channel", 10),
        status=_number(text("status", 2), max(CaseStatus.values)) or 0,
        query=text("query", 100),
        person=index("person"),
        phone=index("phone"),
        sort=sort if sort in (OLDEST, NEWEST) else BY_DUE,
        page=_number(text("page", 4), _PAGES) or 1,
    )


def filters_of(address: str) -> Filters:
    """The filters that a kept address stands for."""
    return read_filters(dict(parse_qsl(address)))


def search(typed: str) -> Filters:
    """What to look for when this was typed: a number's index, else a code or a name."""
    plain = re.sub(r"[\s.]", "", typed)
    if _IDENTITY.fullmatch(plain):
        return Filters(person=identity_index(plain))
    if _PHONE.fullmatch(plain):
        return Filters(phone=phone_index(plain))
    return Filters(query=typed)


def _step(value: str) -> str:
    """A role, or a position below a hundred."""
    return value if not value.isdecimal() or (value.isascii() and len(value) < 3) else ""


def _holder(value: str) -> str:
    if value in (ME, NOBODY):
        return value
    try:
        return str(UUID(value))
    except ValueError:
        return ""


def _due(value: str) -> str:
    known = value in (LATE, TODAY, TWO_DAYS) or Filters(due=value).day is not None
    return value if known else ""


def _number(text: str, most: int) -> int | None:
    return min(int(text), most) if text.isascii() and text.isdecimal() and int(text) else None

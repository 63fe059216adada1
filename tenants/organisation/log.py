"""The commune's log: who changed rights, opened a desk, saw or took out what is protected.

It is read from the chain of events, in which nothing is changed or removed. What is done to a case
stands on the case's own page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.history.models import Event
from tenants.organisation.models import Role

PAGE = 50
MOST_EXPORTED = 20_000

PEOPLE, GIVEN, DESKS, SEEN, SUPPORT = "can-bo", "uy-quyen", "ban", "da-xem", "ho-tro"
HALL = "sanh"
CALENDAR = "lich"
KINDS: dict[str, str | Promise] = {
    PEOPLE: gettext_lazy("Cán bộ, phòng, lời mời"),
    GIVEN: gettext_lazy("Ủy quyền"),
    DESKS: gettext_lazy("Mở, đóng bàn làm việc"),
    SEEN: gettext_lazy("Xem số định danh, tải về"),
    HALL: gettext_lazy("Sảnh: dãy số, quầy, máy lấy số"),
    SUPPORT: gettext_lazy("Truy cập hỗ trợ"),
    CALENDAR: gettext_lazy("Lịch làm việc"),
}
# Verb → its kind and its sentence, in which the event's details stand.
SENTENCES: dict[str, tuple[str, str | Promise]] = {
    "official.invited": (PEOPLE, gettext_lazy("mời %(name)s làm %(title)s, vai trò: %(roles)s")),
    "invitation.resent": (PEOPLE, gettext_lazy("gửi lại lời mời cho %(name)s")),
    "invitation.withdrawn": (PEOPLE, gettext_lazy("rút lời mời %(name)s")),
    "official.joined": (PEOPLE, gettext_lazy("nhận việc, vai trò: %(roles)s%(signs)s")),
    "official.changed": (PEOPLE, gettext_lazy("đổi thông tin của %(name)s: %(changes)s")),
    "official.left": (
        PEOPLE,
        gettext_lazy(
            "cho %(name)s nghỉ việc từ %(left_on)s; %(taken)s hồ sơ chuyển cho %(to)s, "
            "%(returned)s hồ sơ trả về bước"
        ),
    ),
    "official.returned": (
        PEOPLE,
        gettext_lazy("nhận %(name)s trở lại làm việc, vai trò: %(roles)s%(signs)s"),
    ),
    "department.added": (PEOPLE, gettext_lazy("thêm phòng %(name)s")),
    "department.renamed": (PEOPLE, gettext_lazy("đổi tên phòng %(before)s thành %(name)s")),
    "department.moved": (PEOPLE, gettext_lazy("xếp lại thứ tự phòng %(name)s")),
    "department.removed": (PEOPLE, gettext_lazy("bỏ phòng %(name)s")),
    "delegation.given": (
        GIVEN,
        gettext_lazy(
            "ghi ủy quyền %(mark)s của %(giver)s cho %(name)s, vai trò: %(roles)s, "
            "từ %(starts_on)s đến hết %(ends_on)s, căn cứ %(ground)s"
        ),
    ),
    "delegation.ended": (
        GIVEN,
        gettext_lazy("chấm dứt ủy quyền %(mark)s của %(giver)s cho %(name)s"),
    ),
    "open_desk": (DESKS, gettext_lazy("mở bàn làm việc")),
    "close_desk": (DESKS, gettext_lazy("đóng bàn làm việc")),
    "number.seen": (SEEN, gettext_lazy("xem đủ số định danh trong hồ sơ %(case)s")),
    "paper.seen": (SEEN, gettext_lazy("mở giấy tờ của hồ sơ %(case)s")),
    "paper.saved": (SEEN, gettext_lazy("tải về giấy tờ của hồ sơ %(case)s")),
    "document.seen": (SEEN, gettext_lazy("mở văn bản của hồ sơ %(case)s")),
    "document.saved": (SEEN, gettext_lazy("tải về văn bản của hồ sơ %(case)s")),
    "data.saved": (SEEN, gettext_lazy("tải về dữ liệu của hồ sơ %(case)s")),
    "register.printed": (SEEN, gettext_lazy("in Sổ theo dõi hồ sơ %(period)s")),
    "register.saved": (SEEN, gettext_lazy("tải về Sổ theo dõi hồ sơ %(period)s")),
    "device.paired": (HALL, gettext_lazy("lập máy %(name)s làm %(kind)s")),
    "device.revoked": (HALL, gettext_lazy("thu hồi máy %(name)s, %(kind)s")),
    "reception.arranged": (HALL, gettext_lazy("lập các dãy số và quầy ban đầu")),
    "reception.line_added": (HALL, gettext_lazy("thêm dãy số %(letter)s %(name)s")),
    "reception.line_changed": (HALL, gettext_lazy("sửa dãy số %(letter)s %(name)s")),
    "reception.line_removed": (HALL, gettext_lazy("xóa dãy số %(letter)s %(name)s")),
    "reception.window_added": (HALL, gettext_lazy("thêm quầy %(number)s")),
    "reception.window_changed": (HALL, gettext_lazy("đổi các dãy gọi ở quầy %(number)s")),
    "reception.window_removed": (HALL, gettext_lazy("xóa quầy %(number)s")),
    "reception.window_freed": (HALL, gettext_lazy("cho người ngồi rời quầy %(number)s")),
    "reception.plan_added": (HALL, gettext_lazy("thêm khung giờ hẹn")),
    "reception.plan_removed": (HALL, gettext_lazy("xóa khung giờ hẹn")),
    "support.opened": (
        SUPPORT,
        gettext_lazy("mở truy cập hỗ trợ đến %(until)s, lý do: %(reason)s"),
    ),
    "support.viewed": (SUPPORT, gettext_lazy("được hỗ trợ nên xem %(what)s")),
    "support.ended": (SUPPORT, gettext_lazy("chấm dứt truy cập hỗ trợ")),
    "calendar.off": (CALENDAR, gettext_lazy("khai ngày nghỉ %(day_on)s: %(reason)s")),
    "calendar.worked": (CALENDAR, gettext_lazy("khai ngày làm việc %(day_on)s: %(reason)s")),
    "calendar.removed": (CALENDAR, gettext_lazy("bỏ ngày đã khai %(day_on)s: %(reason)s")),
    "calendar.hours": (
        CALENDAR,
        gettext_lazy("đổi giờ làm việc từ %(day_on)s: sáng %(morning)s, chiều %(afternoon)s"),
    ),
    "calendar.hours_removed": (
        CALENDAR,
        gettext_lazy("bỏ giờ làm việc đã khai từ %(day_on)s"),
    ),
}
# What an operator who looks on can see.
_LOOKED_AT: dict[str, str | Promise] = {
    "list": gettext_lazy("danh sách hồ sơ"),
    "case": gettext_lazy("hồ sơ %(case)s"),
    "paper": gettext_lazy("giấy tờ của hồ sơ %(case)s"),
    "document": gettext_lazy("văn bản của hồ sơ %(case)s"),
}
_LABELS: dict[str, str | Promise] = {
    "name": gettext_lazy("họ tên"),
    "title": gettext_lazy("chức vụ"),
    "department": gettext_lazy("phòng"),
    "roles": gettext_lazy("vai trò"),
    "may_sign": gettext_lazy("được ký"),
    "scope": gettext_lazy("phạm vi"),
}


@dataclass(frozen=True)
class Wanted:
    """What is asked of the log; `before` is the sequence from which older events are read."""

    kind: str = ""
    person: UUID | None = None
    before: int | None = None


@dataclass(frozen=True)
class Entry:
    """One line of the log, at local time."""

    sequence: int
    at: datetime
    who: str
    title: str
    text: str
    kind: str


def entries(wanted: Wanted, *, most: int = PAGE) -> list[Entry]:
    """Return the newest entries that match, at most so many."""
    verbs = [verb for verb, (kind, _text) in SENTENCES.items() if wanted.kind in ("", kind)]
    events = Event.objects.filter(verb__in=verbs)
    if wanted.person is not None:
        events = events.filter(Q(actor_id=wanted.person) | Q(subject_id=wanted.person))
    if wanted.before is not None:
        events = events.filter(sequence__lt=wanted.before)
    return [_entry(event) for event in events.order_by("-sequence")[:most]]


def export_rows(wanted: Wanted) -> Iterable[list[Any]]:
    """Return the newest matching entries as rows of a table (see `COLUMNS`)."""
    for entry in entries(wanted, most=MOST_EXPORTED):
        kind = str(KINDS[entry.kind])
        yield [entry.sequence, entry.at, entry.who, entry.title, kind, entry.text]


COLUMNS: tuple[str | Promise, ...] = (
    gettext_lazy("Số thứ tự"),
    gettext_lazy("Lúc"),
    gettext_lazy("Người làm"),
    gettext_lazy("Chức vụ"),
    gettext_lazy("Loại"),
    gettext_lazy("Việc"),
)


def role_names(roles: str) -> str:
    """Return roles in words, in their usual order."""
    given = roles.split()
    return ", ".join(str(Role(role).label) for role in Role.values if role in given)


def _entry(event: Event) -> Entry:
    kind, sentence = SENTENCES[event.verb]
    text = str(sentence) % _Words(event.details or {})
    return Entry(
        sequence=event.sequence,
        at=timezone.localtime(event.at),
        who=event.actor_name or _("hệ thống"),
        title=event.actor_title,
        text=text,
        kind=kind,
    )


class _Words(dict[str, Any]):
    """Details of an event as a sentence says them; what was not recorded is a dash."""

    def __missing__(self, key: str) -> str:
        if key == "signs":
            return _(", được ký") if self.get("may_sign") else ""
        return "–"

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if key == "changes":
            return "; ".join(_changed(name, *pair) for name, pair in value.items())
        if key == "what":
            return str(_LOOKED_AT.get(value, value)) % self
        return _in_words(key, value)


def _changed(name: str, before: Any, after: Any) -> str:
    label = str(_LABELS.get(name, name))
    return f"{label}: {_in_words(name, before)} → {_in_words(name, after)}"


def _in_words(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    text = str(value)
    if key == "roles":
        return role_names(text) or _("không có")
    if key == "scope":
        return text or _("tất cả")
    if key in ("reason", "ground"):
        return text.rstrip(" .")  # the line has a full stop of its own
    day = parse_date(text) if key.endswith("_on") else None
    if day is not None:
        return f"{day:%d/%m/%Y}"
    moment = parse_datetime(text) if key == "until" else None
    if moment is not None:
        return f"{timezone.localtime(moment):%H:%M %d/%m/%Y}"
    return text or "–"

"""Working time: when an office is open, and when a time limit ends.

Pure: it knows no database. Times are aware, in any zone; results are in Asia/Ho_Chi_Minh. A
working day has eight hours, 480 minutes. Days and hours of limits are working ones (Nghị định
118/2025/NĐ-CP; days off by Bộ luật Lao động 2019, Điều 111 and 112).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTES_A_DAY = 480
_ONE_DAY = datetime.timedelta(days=1)
_MORNING = (datetime.time(7, 0), datetime.time(11, 30))
_AFTERNOON = (datetime.time(13, 30), datetime.time(17, 0))
# No year has so long a stretch without work; a calendar that says so is wrong.
_LONGEST_REST = 60

Session = tuple[datetime.time, datetime.time]
Sessions = tuple[Session, ...]
Span = tuple[datetime.datetime, datetime.datetime]


class NoWorkingDay(Exception):
    """The calendar has no working day for two months on end."""

    def __init__(self, day: datetime.date) -> None:
        super().__init__(f"Lịch không có ngày làm việc nào trong 60 ngày từ {day:%d/%m/%Y}.")


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked and in which sessions; off and worked days differ from the week.

    `hours` are sessions from a day on, the earliest first, in place of the usual ones.
    """

    off: frozenset[datetime.date] = frozenset()
    worked: frozenset[datetime.date] = frozenset()
    sessions: Sessions = (_MORNING, _AFTERNOON)
    hours: tuple[tuple[datetime.date, Sessions], ...] = ()

    def sessions_on(self, day: datetime.date) -> Sessions:
        """Return the sessions of a day, if it is worked."""
        found = self.sessions
        for valid_from, sessions in self.hours:
            if valid_from > day:
                break
            found = sessions
        return found

    def is_working_day(self, day: datetime.date) -> bool:
        """Whether the office works on a day."""
        if day in self.worked:
            return True
        return day.weekday() < 5 and day not in self.off

    def next_working_day(self, day: datetime.date) -> datetime.date:
        """Return the first working day after a day."""
        for ahead in range(1, _LONGEST_REST + 1):
            if self.is_working_day(candidate := day + ahead * _ONE_DAY):
                return candidate
        raise NoWorkingDay(day)

    def closing(self, day: datetime.date) -> datetime.datetime:
        """Return when the office closes on a day."""
        return datetime.datetime.combine(day, self.sessions_on(day)[-1][1], VIETNAM)

    def next_opening(self, moment: datetime.datetime) -> datetime.datetime:
        """Return the moment itself when the office is open, otherwise when it opens next."""
        local = moment.astimezone(VIETNAM)
        return max(local, next(self._spans(local))[0])

    def add_working_minutes(self, moment: datetime.datetime, minutes: int) -> datetime.datetime:
        """Return when so many working minutes have passed; at closing rather than next opening.

        Raises ValueError for negative minutes.
        """
        if minutes < 0:
            raise ValueError("Working minutes cannot be negative.")
        local = moment.astimezone(VIETNAM)
        left = datetime.timedelta(minutes=minutes)
        if not left:
            return self.next_opening(local)
        for begin, end in self._spans(local):
            begin = max(begin, local)
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise AssertionError("unreachable: the calendar goes on")

    def working_minutes_between(self, start: datetime.datetime, end: datetime.datetime) -> int:
        """Return the whole working minutes from one moment to another, 0 when it is not later."""
        first, last = start.astimezone(VIETNAM), end.astimezone(VIETNAM)
        total = datetime.timedelta()
        day = first.date()
        while day <= last.date():
            for begin, finish in self._spans_of(day):
                passed = min(finish, last) - max(begin, first)
                total += max(passed, datetime.timedelta())
            day += _ONE_DAY
        return total // datetime.timedelta(minutes=1)

    def _spans(self, local: datetime.datetime) -> Iterator[Span]:
        """Go through the sessions that end after a moment."""
        day = local.date()
        if not self.is_working_day(day):
            day = self.next_working_day(day)
        while True:
            for begin, end in self._spans_of(day):
                if end > local:
                    yield begin, end
            day = self.next_working_day(day)

    def _spans_of(self, day: datetime.date) -> Iterator[Span]:
        if self.is_working_day(day):
            for begin, end in self.sessions_on(day):
                yield (
                    datetime.datetime.combine(day, begin, VIETNAM),
                    datetime.datetime.combine(day, end, VIETNAM),
                )

"""A day of the whole country: declared once, written down, followed by every commune."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from services.cases.models import Case
from tenants.calendar.days import forget_calendar, working_calendar
from tenants.calendar.models import SpecialDay
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import CommuneInfo, in_commune
from tenants.fleet.models import OperatorAct
from tenants.jobs.models import Job, Schedule
from tenants.jobs.schedule import enqueue_scheduled
from tests.factories import make_case
from tests.services.cases.test_calendar_moves import follow

TASK = "services.cases.calendar_moves.follow_calendar"
MONDAY = dt.datetime(2026, 11, 16, 10, tzinfo=VIETNAM)


@pytest.fixture(autouse=True)
def _forget(db: None) -> Iterator[None]:
    yield
    forget_calendar("")


def declare(*words: str) -> str:
    said = StringIO()
    call_command("declare_day", *words, stdout=said)
    return said.getvalue()


def test_every_commune_follows_a_day_of_the_country(ba_dinh: CommuneInfo) -> None:
    with time_machine.travel(MONDAY, tick=False), in_commune(ba_dinh.code):
        case = make_case("1.004873", up_to="in_process")
    SpecialDay.objects.update(declared_at=timezone.now() - dt.timedelta(days=60))
    Schedule.objects.update(next_at=timezone.now() + dt.timedelta(hours=9))
    said = declare("2026-11-18", "off", "Quốc tang")
    assert "đơn vị tính lại hẹn trả" in said
    act = OperatorAct.objects.get(act="calendar")
    assert act.note == "nghỉ 18/11/2026: Quốc tang"
    soon = Schedule.objects.get(task=TASK, commune_code=ba_dinh.code)
    assert soon.next_at <= timezone.now() + dt.timedelta(minutes=10)
    others = Schedule.objects.filter(commune_code=ba_dinh.code).exclude(task=TASK)
    assert others.filter(next_at__lte=timezone.now() + dt.timedelta(hours=8)).count() == 0
    Schedule.objects.filter(task=TASK).update(next_at=timezone.now())
    assert enqueue_scheduled() >= 1
    with in_commune(ba_dinh.code):
        follow()
        assert not Job.objects.filter(state="failed").exists()
        moved = Case.objects.get(pk=case.pk)
    assert (case.due_at, moved.due_at) == (
        dt.datetime(2026, 11, 19, 10, tzinfo=VIETNAM),
        dt.datetime(2026, 11, 20, 10, tzinfo=VIETNAM),
    )


def test_a_day_is_taken_back_and_a_correction_replaces_it() -> None:
    day = dt.date(2026, 11, 25)
    declare(day.isoformat(), "off", "Nghỉ")
    assert not working_calendar("00004").is_working_day(day)
    assert "vẫn giữ nguyên" in declare(day.isoformat(), "remove")
    assert working_calendar("00004").is_working_day(day)
    # The 24th is a day off of the country; it is worked after all.
    declare("2026-11-24", "worked", "Làm việc bình thường")
    assert working_calendar("00004").is_working_day(dt.date(2026, 11, 24))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("hôm nay", "off", "x"), "dạng"),
        (("2026-11-24", "off", "Nghỉ"), "vốn đã như vậy"),
        (("2026-11-25", "worked", "Làm"), "vốn đã như vậy"),
        (("2026-11-25", "off"), "Ghi tên ngày"),
        (("2026-11-25", "off", "x" * 121), "Ghi tên ngày"),
        (("2026-11-25", "remove"), "không khai"),
    ],
)
def test_what_cannot_be_declared_is_said_so(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        declare(*words)

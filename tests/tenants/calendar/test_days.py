import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from tenants.calendar.days import changed_since, load_calendar, working_calendar
from tenants.calendar.models import OfficeHours, SpecialDay
from tenants.calendar.working_time import VIETNAM, WorkingCalendar

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (dt.date(2026, 1, 2), False),
        (dt.date(2026, 1, 10), True),
        (dt.date(2026, 8, 31), False),
        (dt.date(2026, 8, 22), True),
        (dt.date(2026, 11, 24), False),
        (dt.date(2026, 4, 27), False),
        (dt.date(2026, 11, 23), True),
    ],
)
def test_the_countrys_days_are_loaded(day: dt.date, works: bool):
    assert working_calendar("00004").is_working_day(day) is works


def test_every_day_off_in_the_file_is_a_weekday_and_every_worked_one_a_weekend():
    for day in SpecialDay.objects.all():
        assert (day.date.weekday() < 5) is (day.kind == "off"), day


def test_loading_again_adds_nothing_and_keeps_corrections():
    SpecialDay.objects.filter(date=dt.date(2026, 11, 24)).update(kind="worked")
    assert load_calendar() == 0
    assert SpecialDay.objects.get(date=dt.date(2026, 11, 24)).kind == "worked"


def test_a_communes_own_day_holds_there_alone_and_comes_before_the_countrys():
    SpecialDay.objects.create(
        date=dt.date(2026, 11, 24), kind="worked", name="Trực", commune_code="00004"
    )
    SpecialDay.objects.create(
        date=dt.date(2026, 11, 25), kind="off", name="Lễ hội đình", commune_code="00004"
    )
    here, there = working_calendar("00004"), working_calendar("00008")
    assert here.is_working_day(dt.date(2026, 11, 24))
    assert not here.is_working_day(dt.date(2026, 11, 25))
    assert not there.is_working_day(dt.date(2026, 11, 24))
    assert there.is_working_day(dt.date(2026, 11, 25))


def hours(day: dt.date, morning: int, code: str = "00004") -> None:
    """Hours that begin so early in the morning, from a day on."""
    OfficeHours.objects.create(
        commune_code=code,
        valid_from=day,
        morning_from=dt.time(morning),
        morning_to=dt.time(morning + 4),
        afternoon_from=dt.time(13),
        afternoon_to=dt.time(17),
    )


def test_hours_change_from_a_day_on_and_a_communes_own_come_before_the_countrys():
    hours(dt.date(2026, 11, 2), 8, code="")
    hours(dt.date(2026, 11, 16), 7)
    hours(dt.date(2026, 11, 23), 8, code="")
    here, there = working_calendar("00004"), working_calendar("00008")

    def opens(calendar: WorkingCalendar, day: int, month: int = 11) -> str:
        night = dt.datetime(2026, month, day, tzinfo=VIETNAM)
        return f"{calendar.next_opening(night):%H:%M}"

    assert opens(here, 30, 10) == opens(there, 30, 10) == "07:00"
    assert opens(here, 3) == opens(there, 3) == "08:00"
    assert (opens(here, 16), opens(there, 16)) == ("07:00", "08:00")
    assert (opens(here, 23), opens(there, 23)) == ("07:00", "08:00")
    assert f"{there.closing(dt.date(2026, 10, 30)):%H:%M}" == "17:00"


def test_hours_must_follow_each_other():
    with pytest.raises(IntegrityError):
        hours(dt.date(2026, 11, 2), 10)


def test_what_was_declared_lately_is_known_by_its_earliest_day():
    before = timezone.now()
    SpecialDay.objects.create(date=dt.date(2026, 12, 24), kind="off", name="x", commune_code="")
    SpecialDay.objects.create(date=dt.date(2026, 12, 7), kind="off", name="x", commune_code="00008")
    hours(dt.date(2026, 12, 14), 8)
    assert changed_since(before, "00004") == dt.date(2026, 12, 14)
    assert changed_since(before, "00008") == dt.date(2026, 12, 7)
    assert changed_since(timezone.now() + dt.timedelta(hours=1), "00004") is None

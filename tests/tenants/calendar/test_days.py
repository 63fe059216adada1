import datetime as dt

import pytest

from tenants.calendar.days import load_calendar, working_calendar
from tenants.calendar.models import SpecialDay

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

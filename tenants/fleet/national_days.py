"""Days off and worked of the whole country, declared by operators when the State announces them.

Every commune follows by its own scheduled job, brought forward and spread over some minutes: it
recomputes the commune's open cases and tells people whose appointment moves.
"""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import transaction

from tenants.calendar.days import forget_calendar, working_calendar
from tenants.calendar.models import SpecialDay
from tenants.communes.current import at_centre
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.models import OperatorAct
from tenants.jobs.schedule import bring_forward


class DayNotDeclared(Exception):
    """The day cannot be declared or taken back so; the text says why."""


def declare_national_day(*, day: datetime.date, kind: str, name: str, operator: Operator) -> int:
    """Declare a day for the country; return how many communes will follow.

    Raises DayNotDeclared for a day that is like that already, or without a name.
    """
    name = name.strip()
    if not 1 <= len(name) <= 120:
        raise DayNotDeclared("Ghi tên ngày, không quá 120 ký tự.")
    with at_centre(), transaction.atomic():
        forget_calendar("")
        if working_calendar().is_working_day(day) is (kind == SpecialDay.Kind.WORKED):
            raise DayNotDeclared(f"Ngày {day:%d/%m/%Y} vốn đã như vậy.")
        SpecialDay.objects.filter(commune_code="", date=day).delete()
        SpecialDay.objects.create(date=day, kind=kind, name=name)
        note = f"{SpecialDay.Kind(kind).label} {day:%d/%m/%Y}: {name}"
        record_act(act=OperatorAct.Act.CALENDAR, operator=operator, note=note)
        communes = bring_forward(settings.CALENDAR_TASK)
    forget_calendar("")
    return communes


def remove_national_day(*, day: datetime.date, operator: Operator) -> None:
    """Take a day of the country back; what people were told because of it stays.

    Raises DayNotDeclared when there is none.
    """
    with at_centre(), transaction.atomic():
        found = SpecialDay.objects.filter(commune_code="", date=day).first()
        if found is None:
            raise DayNotDeclared(f"Cả nước không khai ngày {day:%d/%m/%Y}.")
        found.delete()
        note = f"bỏ {day:%d/%m/%Y}: {found.name}"
        record_act(act=OperatorAct.Act.CALENDAR, operator=operator, note=note)
    forget_calendar("")

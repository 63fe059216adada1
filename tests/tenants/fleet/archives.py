"""A commune with something of everything, and archives of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.utils import timezone

from services.cases.models import Case
from tenants.accounts.models import Account
from tenants.calendar.models import SpecialDay
from tenants.communes.current import in_commune
from tenants.fleet.archive.exporting import Exported, export_commune
from tenants.fleet.onboarding import onboard_commune
from tenants.jobs.models import Schedule
from tests.factories import make_account, make_case, make_draft
from tests.journeys.answers import filing
from tests.journeys.people import THUONG

HOAN_KIEM = "00070"


def a_lived_in_commune() -> Case:
    """Onboard Hoàn Kiếm and let things happen there; return the case that its citizen filed."""
    onboard_commune(HOAN_KIEM)
    with in_commune(HOAN_KIEM):
        citizen = make_citizen()
        case = make_case(up_to="in_process", account=citizen)
        make_case(up_to="returned")
        # Its slip and its result wait to be printed.
        make_case(up_to="result_ready")
        make_draft(filing("1.001193", commune=HOAN_KIEM), account=citizen)
    SpecialDay.objects.create(
        date=dt.date(2027, 3, 1), kind="off", name="Hội làng", commune_code=HOAN_KIEM
    )
    Schedule.objects.create(
        commune_code=HOAN_KIEM, task="services.cases.tasks.remind", next_at=timezone.now()
    )
    return case


def make_citizen() -> Account:
    """The mother whose case it is, with everything an account can have."""
    return make_account(
        THUONG.name,
        national_id=THUONG.national_id,
        phone=THUONG.phone,
        email=THUONG.email,
        birth_date=THUONG.birth_date,
        address="12 phố Kim Mã",
        password="mot mat khau dai",
        is_operator=True,
    )


def an_archive(folder: Path, name: str = "hoan-kiem.tar") -> Exported:
    """Export Hoàn Kiếm into a folder."""
    return export_commune(HOAN_KIEM, to=folder / name)

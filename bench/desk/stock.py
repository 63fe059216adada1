"""A commune's desk with 10,000 open cases among 60,000.

    python -m bench.desk.stock CODE

A few dozen cases are made by the product's own calls, at every stage of the work. The others are
copies of them with keys, codes, names, numbers and times of their own, sealed for their own rows:
an open case with its steps, its issued documents and its history (one link of the commune's chain
after the other), a closed one with its row alone, which is what the list passes by.
"""

from __future__ import annotations

import copy
import datetime
import json
import os
import sys
from collections import Counter
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from bench.content import OFFICIAL_APP, OFFICIAL_PHONE

if TYPE_CHECKING:
    from services.cases.models import Case

TEMPLATES, OPEN, CLOSED = 26, 10_000, 50_000
BATCH = 1000
# The official who is measured does all work of a case but the leader's.
ROLES = "reception specialist clerk"
OTHERS = (
    ("Lê Thị Mỹ Duyên", "head"),
    ("Phan Văn Thắng", "leader"),
    ("Nguyễn Thị Hoa", "reception"),
    ("Trần Quốc Bảo", "specialist"),
    ("Võ Thị Kim Oanh", "clerk"),
    ("Mai Xuân Lượng", "specialist"),
    ("Hồ Thị Nhàn", "specialist"),
    ("Vương Đình Trường", "reception"),
)
MIDDLE_NAMES = ("Thị", "Văn", "Đức", "Xuân", "Quỳnh", "Hữu")
DAYS_BACK, DAYS_AHEAD = 12, 15
TIMES = (
    "filed_at",
    "accepted_at",
    "clock_stopped_at",
    "step_due_at",
    "decided_at",
    "finished_at",
    "returned_at",
)
STEP_TIMES = ("started_at", "due_at", "done_at")
REFERRAL_TIMES = ("sent_at", "due_at")


def make(code: str, password: str) -> dict[str, Any]:
    """Fill the commune; return who signs in and how many cases are open."""
    from services.cases.figures import recount_figures
    from services.cases.models import Case
    from tenants.communes.current import in_commune

    clerk = _clerk(password)
    with in_commune(code):
        official = _officials(clerk)
        _templates(official)
        copies = _Copies(list(Case.objects.order_by("id")))
        waiting = OPEN - len(copies.open)
        for number in range(waiting):
            copies.add_open(number)
        for number in range(CLOSED):
            copies.add_closed(number)
        copies.finish()
        recount_figures()
        _analyze()
    return {"official": OFFICIAL_PHONE, "open": OPEN, "closed": CLOSED}


def _clerk(password: str) -> Any:
    from tenants.accounts.models import Account
    from tenants.accounts.proving.contacts import vouch_for
    from tenants.accounts.second_factor.codes import add_app
    from tenants.communes.current import at_centre

    with at_centre():
        clerk = Account.objects.create_account(
            full_name="Trần Văn Đức", phone=OFFICIAL_PHONE, password=password
        )
        vouch_for(clerk)
        add_app(account=clerk, secret=OFFICIAL_APP, step=0)
        return clerk


def _officials(clerk: Any) -> dict[str, Any]:
    """Everybody at the desk; return the one who acts in each role."""
    from tenants.accounts.models import Account
    from tenants.organisation.models import Department, Official

    department = Department.objects.create(name="Phòng Văn hóa – Xã hội")
    by_role: dict[str, Any] = {}
    for name, role in OTHERS:
        account = Account.objects.create_account(
            full_name=name, phone=f"09990001{len(by_role):02d}", password=None
        )
        official = Official.objects.create(
            account_id=account.pk,
            name=name,
            title="Công chức",
            roles=role,
            department=department,
            may_sign=role == "leader",
        )
        by_role[role if role not in by_role else name] = official
    Official.objects.create(
        account_id=clerk.pk, name=clerk.full_name, title="Công chức", roles=ROLES
    )
    return by_role


def _templates(officials: dict[str, Any]) -> None:
    """Cases at every stage, the last of them handed over, with all their papers printed."""
    from config.local.people import CITIZENS
    from config.local.sample_cases import make_cases
    from services.cases.delivery import hand_over
    from services.cases.states import CaseStatus
    from tenants.accounts.models import Account
    from tenants.jobs.runner import run_pending_jobs

    applicants = [
        (one, Account.objects.create_account(full_name=one.full_name, email=one.email))
        for one in CITIZENS
    ]
    cases = make_cases(number=TEMPLATES, applicants=applicants, officials=officials)
    run_pending_jobs()
    ready = [case for case in cases if case.state == CaseStatus.RESULT_READY]
    hand_over(case=ready[0], official=officials["reception"], receiver=ready[0].applicant_name)


class _Copies:
    """Copies of the templates, written in batches."""

    def __init__(self, templates: list[Case]) -> None:
        from config.local.people import FAMILY_NAMES, GIVEN_NAMES
        from tenants.organisation.models import Official

        self.open = [case for case in templates if case.is_open]
        self.closed = [case for case in templates if not case.is_open]
        self.names = [" ".join(one) for one in product(FAMILY_NAMES, MIDDLE_NAMES, GIVEN_NAMES)]
        self.officials = list(Official.objects.order_by("id"))
        self.now = datetime.datetime.now(datetime.UTC).replace(second=0, microsecond=0)
        self.days: Counter[datetime.date] = Counter()
        self.series = _series()
        self.parts = {case.pk: _parts(case) for case in templates}
        self.rows: dict[str, list[Any]] = {}
        self.events: list[Any] = []

    def add_open(self, number: int) -> None:
        """A copy of an open template, with what its page reads."""
        template = self.open[number % len(self.open)]
        shift = datetime.timedelta(days=number % DAYS_BACK)
        case = self._case(template, number, shift)
        if case.due_at:
            case.due_at = case.original_due_at = self._due(number)
        if case.handler_id:
            handler = self.officials[number % len(self.officials)]
            case.handler_id, case.handler_name = handler.pk, handler.name
        self._keep("cases", case)
        steps, documents, referrals, events = self.parts[template.pk]
        for step in steps:
            self._keep("steps", _copied(step, STEP_TIMES, shift, case_id=case.pk))
        for document in documents:
            self._keep("documents", self._document(document, case))
        for referral in referrals:
            self._keep("referrals", _copied(referral, REFERRAL_TIMES, shift, case_id=case.pk))
        for event in events:
            self.events.append(_copied(event, ("at",), shift, subject_id=case.pk))
        self._track(case)

    def add_closed(self, number: int) -> None:
        """A copy of a closed template, of the months before."""
        template = self.closed[number % len(self.closed)]
        shift = datetime.timedelta(days=DAYS_BACK + number % 300)
        case = self._case(template, number, shift)
        case.due_at = case.original_due_at = template.due_at - shift if template.due_at else None
        self._keep("cases", case)
        self._track(case)

    def finish(self) -> None:
        """Write what is left, the history, and where the series of numbers stand."""
        from documents.registers.models import Series

        for name in list(self.rows):
            self._write(name)
        _write_events(self.events)
        for name, last in self.series.items():
            Series.objects.update_or_create(name=name, defaults={"last": last})

    def _case(self, template: Case, number: int, shift: datetime.timedelta) -> Case:
        import uuid6

        from services.tracking.tracking import identity_index, phone_index
        from tenants.kit.text import fold

        name = self.names[number * 7 % len(self.names)]
        national_id, phone = f"0011{number:08d}", f"09{number:08d}"
        case: Case = _copied(template, TIMES, shift, filing_key=uuid6.uuid7())
        case.answers = {
            **template.answers,
            "requester_name": name,
            "requester_national_id": national_id,
            "requester_phone": phone,
        }
        case.findings = template.findings
        case.applicant_name, case.applicant_folded = name, fold(name)
        case.applicant_id_index = identity_index(national_id)
        case.applicant_phone_index = phone_index(phone)
        case.account_id = None
        case.code = self._code(template.code, case.filed_at.date())
        case.register_number = None
        return case

    def _code(self, like: str, day: datetime.date) -> str:
        agency = like.rsplit("-", 2)[0]
        series = f"case:{agency}:{day:%y%m%d}"
        self.series[series] += 1
        return f"{agency}-{day:%y%m%d}-{self.series[series]:04d}"

    def _due(self, number: int) -> datetime.datetime:
        """A working hour between yesterday and three weeks on; few are late."""
        days = number * 3 % (DAYS_AHEAD + 1) - (number % 16 == 0)
        return self.now + datetime.timedelta(days=days, hours=number % 9, minutes=30)

    def _document(self, template: Any, case: Case) -> Any:
        from documents.registers.verification import new_code

        document = _copied(template, (), datetime.timedelta(), case_id=case.pk)
        document.case_code, document.verification_code = case.code, new_code()
        document.content = template.content
        if template.register:
            series = f"{template.register}:{template.year}"
            self.series[series] += 1
            document.number = self.series[series]
            document.notation = template.notation.replace(f"{template.number:02d}", "", 1)
            document.notation = f"{document.number:02d}{document.notation}"
        return document

    def _track(self, case: Case) -> None:
        import uuid6

        from services.tracking.models import TrackedCase
        from tenants.communes.current import current_commune

        row = TrackedCase(
            id=uuid6.uuid7(),
            case_id=case.pk,
            commune_code=current_commune().code,
            code=case.code,
            applicant_id_index=case.applicant_id_index,
            procedure_code=case.procedure_code,
            procedure_name=case.procedure_name,
            status=case.status,
            filed_at=case.filed_at,
            due_at=case.due_at,
        )
        self._keep("tracked", row)

    def _keep(self, name: str, row: Any) -> None:
        self.rows.setdefault(name, []).append(row)
        # Cases go before what points at them.
        if name == "cases" and len(self.rows[name]) > BATCH:
            for each in ("cases", "steps", "documents", "referrals", "tracked"):
                self._write(each)

    def _write(self, name: str) -> None:
        rows = self.rows.pop(name, [])
        if rows:
            type(rows[0]).objects.bulk_create(rows)


def _copied(row: Any, times: tuple[str, ...], shift: datetime.timedelta, **changes: Any) -> Any:
    """A new row like another, its times so much earlier."""
    import uuid6
    from django.db.models.base import ModelState

    one = copy.copy(row)
    one._state = ModelState()
    one.id = uuid6.uuid7()
    for name in times:
        if getattr(one, name, None) is not None:
            setattr(one, name, getattr(one, name) - shift)
    for name, value in changes.items():
        setattr(one, name, value)
    return one


def _parts(case: Case) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Steps, documents, referrals and events of a template, all that is sealed opened once."""
    from documents.registers.models import Document
    from tenants.history.events import events_of

    documents = list(Document.objects.filter(case_id=case.pk).order_by("id"))
    referrals, events = list(case.referrals.all()), list(events_of(case.pk))
    for one in (*documents, *referrals, *events, case):
        for name in ("content", "details", "answers", "findings"):
            getattr(one, name, None)
    return list(case.steps.all()), documents, referrals, events


def _write_events(events: list[Any]) -> None:
    """Add events to the commune's chain, each with the hash of the one before."""
    from django.db import transaction

    from tenants.history.events import hash_of
    from tenants.history.models import ChainHead, Event

    with transaction.atomic():
        head = ChainHead.objects.select_for_update().get(pk=1)
        for event in events:
            event.sequence, event.previous_hash = head.sequence + 1, head.hash
            event.hash = hash_of(event)
            head.sequence, head.hash = event.sequence, event.hash
        waiting = iter(events)
        while batch := list(islice(waiting, BATCH)):
            Event.objects.bulk_create(batch)
        head.save()


def _series() -> Counter[str]:
    from documents.registers.models import Series

    return Counter(dict(Series.objects.values_list("name", "last")))


def _analyze() -> None:
    """What the server does by itself after a while: count what the tables hold."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> None:
    """Set Django up and print what was made."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(make(sys.argv[1], os.environ["BENCH_PASSWORD"])))


if __name__ == "__main__":
    main()

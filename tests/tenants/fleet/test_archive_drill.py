"""The restore drill: filled, hashed, exported, dropped, restored; here and elsewhere."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client

from documents.files.models import StoredFile
from documents.files.storing import matches_hash
from services.cases.access import get_case_for_official
from services.cases.models import Case
from services.tracking.tracking import cases_of_account, find_tracked
from tenants.accounts.models import Account
from tenants.communes.current import commune_info, in_commune
from tenants.fleet.models import OperatorAct
from tenants.history.events import verify_chain
from tenants.jobs.models import Job
from tests.database import TestServer
from tests.factories import the_official
from tests.journeys.people import THUONG
from tests.tenants.fleet.archives import (
    HOAN_KIEM,
    a_lived_in_commune,
    an_archive,
    another_deployment,
    state_of,
    suspend,
    traces_of,
)


def it_works_as_before(case: Case) -> None:
    """Citizen, official, passer-by: each finds the case again."""
    commune = commune_info(HOAN_KIEM)
    tracked = find_tracked(code=case.code, national_id=THUONG.national_id)
    assert tracked is not None and tracked.case_id == case.pk
    mother = Account.objects.get(email=THUONG.email)
    assert mother.national_id == THUONG.national_id
    assert [one.code for one in cases_of_account(mother.pk)] == [case.code]
    browser = Client(SERVER_NAME=commune.host)
    browser.force_login(mother)
    page = browser.get(f"/ho-so/{case.code}/")
    assert page.status_code == 200 and case.procedure_name in page.content.decode()
    with in_commune(HOAN_KIEM):
        found = get_case_for_official(the_official("reception"), case.code)
        assert found.answers["requester_national_id"] == THUONG.national_id
        assert Case.objects.filter(applicant_id_index=tracked.applicant_id_index).count() == 3
        assert all(matches_hash(one) for one in StoredFile.objects.all())
        assert verify_chain() > 10


def test_a_commune_comes_back_as_it_was_here_and_elsewhere(
    committing_owner: TestServer, settings: Any, tmp_path: Path
):
    case = a_lived_in_commune()
    before, neighbour = state_of(HOAN_KIEM), state_of("00004")
    done = an_archive(tmp_path)
    suspend()
    out = StringIO()

    call_command("drop_commune", HOAN_KIEM, "--archive", str(done.path), stdout=out)
    assert "Đã gỡ đơn vị 00070" in out.getvalue()
    assert traces_of(HOAN_KIEM) == []
    assert Account.objects.filter(email=THUONG.email).exists()
    assert state_of("00004") == neighbour

    arguments = ("restore_commune", str(done.path), "--key-file", str(done.key_path))
    call_command(*arguments, stdout=out)
    assert "Mọi mã băm khớp" in out.getvalue()
    assert state_of(HOAN_KIEM) == before
    assert state_of("00004") == neighbour
    # Who was here before keeps the account as it is, password and all.
    assert Account.objects.get(email=THUONG.email).has_usable_password()
    it_works_as_before(case)
    acts = OperatorAct.objects.filter(commune_code=HOAN_KIEM).order_by("id")
    assert [one.act for one in acts][-4:] == ["export", "suspend", "drop", "restore"]

    with another_deployment(committing_owner, settings, tmp_path):
        neighbour = state_of("00004")
        waiting = Job.objects.create(task="x.y", commune_code="00004", turn=9_000, queue="default")
        said = StringIO()
        call_command(*arguments, "--as-check", stdout=said)
        assert "không có gì được giữ lại" in said.getvalue()
        assert traces_of(HOAN_KIEM) == []
        assert not Account.objects.filter(email=THUONG.email).exists()

        call_command(*arguments, stdout=said)
        assert state_of(HOAN_KIEM) == before
        assert neighbour.items() - state_of("00004").items() == {
            ("shared/jobs_job", neighbour["shared/jobs_job"])
        }
        it_works_as_before(case)
        mother = Account.objects.get(email=THUONG.email)
        assert not mother.has_usable_password() and not mother.is_operator
        assert "Người quản trị nhận tài khoản tại: http" in said.getvalue()
        # Its jobs stand behind nobody and before nobody, in each queue.
        turns = Job.objects.filter(commune_code=HOAN_KIEM, queue="default").order_by("id")
        assert [one.turn - waiting.turn for one in turns] == [0, 1]
        notices = Job.objects.filter(commune_code=HOAN_KIEM, queue="notices").order_by("id")
        assert [one.turn for one in notices] == list(range(len(notices))) != []
        # What restore wrote is closed to the application's role as ever.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege(%s, 'xa_00070.history_event', 'UPDATE'), "
                "has_table_privilege(%s, 'xa_00070.history_event', 'INSERT')",
                [committing_owner.application["USER"]] * 2,
            )
            assert cursor.fetchone() == (False, True)

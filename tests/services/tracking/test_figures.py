"""What the centre counts of a commune: changed with each case, in the same transaction."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.cases.figures import recount_figures
from services.cases.intake import accept_case, refuse_case
from services.cases.models import Case
from services.cases.states import CLOSED, CaseStatus
from services.cases.tasks import sweep
from services.tracking.tracking import track_case, update_tracking
from tenants.communes.current import CommuneInfo, in_commune
from tenants.communes.models import Figures
from tests.factories import STAGES, make_case, the_official

BOOK_COPY = "2.000908"


def figures(code: str = "00004") -> tuple[int, int]:
    row = Figures.objects.get(commune_code=code)
    return row.cases, row.open_cases


def counted() -> tuple[int, int]:
    cases = Case.objects.all()
    return cases.count(), cases.exclude(status__in=CLOSED).count()


def test_the_closed_states_are_those_without_a_way_out() -> None:
    assert set(CLOSED) == {CaseStatus.REFUSED, CaseStatus.STOPPED, CaseStatus.RETURNED}


def test_the_figures_are_what_the_schema_holds_after_whole_journeys(
    in_ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    before = timezone.now()
    for stage in STAGES:
        make_case(BOOK_COPY, stage)
        assert figures() == counted()
    refuse = make_case(BOOK_COPY)
    refuse_case(case=refuse, official=the_official("reception"), reason="Không thuộc thẩm quyền.")
    with in_commune(ngoc_ha.code):
        make_case(BOOK_COPY)

    assert figures() == counted() == (len(STAGES) + 1, len(STAGES) - 1)
    assert figures("00008") == (1, 1)
    last = Figures.objects.get(commune_code="00004").last_activity_at
    assert last is not None and before < last <= timezone.now()
    assert not recount_figures()


def test_a_filing_that_is_undone_is_not_counted(in_ba_dinh: CommuneInfo) -> None:
    with transaction.atomic():
        make_case(BOOK_COPY)
        assert figures() == (1, 1)
        transaction.set_rollback(True)

    assert figures() == (0, 0)


def test_a_move_that_is_refused_changes_no_figure(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "returned")
    assert figures() == (1, 0)

    with pytest.raises(Exception, match=r"."):
        accept_case(case=case, official=the_official("reception"))

    assert figures() == (1, 0)


def track(case_id: UUID, code: str = "00004") -> None:
    track_case(
        case_id=case_id,
        commune_code=code,
        code=f"H26.{case_id}"[:50],
        account_id=None,
        applicant_id_index="",
        procedure_code="x",
        procedure_name="x",
        status=1,
        filed_at=timezone.now(),
    )


def test_tracking_and_counting_are_one_statement(in_ba_dinh: CommuneInfo) -> None:
    case_id = uuid4()
    assert counted() == (0, 0)  # enters the commune
    with CaptureQueriesContext(connection) as filed:
        track(case_id)
    with CaptureQueriesContext(connection) as moved:
        update_tracking(case_id=case_id, status=3, due_at=None, was_open=True, is_open=False)

    assert (len(filed), len(moved)) == (1, 1)
    assert figures() == (1, 0)


def test_open_cases_that_were_never_counted_do_not_stop_their_closing(
    in_ba_dinh: CommuneInfo,
) -> None:
    case = make_case(BOOK_COPY)
    Figures.objects.update(cases=0, open_cases=0)

    refuse_case(case=case, official=the_official("reception"), reason="Không thuộc thẩm quyền.")

    assert figures() == (0, 0)


def test_the_nightly_sweep_counts_anew(in_ba_dinh: CommuneInfo) -> None:
    make_case(BOOK_COPY)
    make_case(BOOK_COPY, "returned")
    Figures.objects.filter(commune_code="00004").delete()

    sweep.call()

    assert figures() == (2, 1)
    activity = Figures.objects.get(commune_code="00004").last_activity_at
    assert activity is not None and timezone.now() - activity < timedelta(minutes=5)


def test_counting_anew_waits_for_the_case_that_is_being_filed(transactional_db: None) -> None:
    Figures.objects.filter(commune_code="00004").update(cases=7, open_cases=7)
    counting = threading.Thread(target=count_anew)
    with in_commune("00004"):
        with transaction.atomic():
            make_case(BOOK_COPY)
            counting.start()
            counting.join(timeout=0.5)
            assert counting.is_alive()
        counting.join()

        assert figures() == counted() == (1, 1)


def count_anew() -> None:
    try:
        with in_commune("00004"):
            recount_figures()
    finally:
        connection.close()

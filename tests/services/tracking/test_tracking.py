"""One row a case in public: enough to follow it, nothing that was answered."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from services.cases.intake import accept_case
from services.cases.states import CaseStatus
from services.tracking.models import TrackedCase
from services.tracking.tracking import cases_of_account, find_tracked, identity_index
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import make_account, make_case, the_official
from tests.journeys.people import MINH, TUAN

BOOK_COPY = "2.000908"


def test_a_person_sees_their_cases_of_all_communes_the_newest_first(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    account, other = make_account(), make_account("Người Khác")
    for commune in (ba_dinh, ngoc_ha):
        with in_commune(commune.code):
            make_case(BOOK_COPY, account=account)
            make_case(BOOK_COPY, account=other)
    found = cases_of_account(account.pk)
    assert [row.commune_code for row in found] == ["00008", "00004"]
    assert {row.account_id for row in found} == {account.pk}
    assert len(cases_of_account(account.pk, limit=1)) == 1


def test_code_and_number_together_find_a_case(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY)
    spaced = f"{TUAN.national_id[:3]} {TUAN.national_id[3:]}"
    for number in (TUAN.national_id, spaced):
        tracked = find_tracked(code=f" {case.code.lower()} ", national_id=number)
        assert tracked is not None and tracked.case_id == case.pk


@pytest.mark.parametrize("number", [MINH.national_id, "", "abc", TUAN.national_id[:-1]])
def test_the_code_alone_finds_nothing(in_ba_dinh: CommuneInfo, number: str) -> None:
    case = make_case(BOOK_COPY)
    assert find_tracked(code=case.code, national_id=number) is None


def test_the_number_alone_finds_nothing(in_ba_dinh: CommuneInfo) -> None:
    make_case(BOOK_COPY)
    assert find_tracked(code="", national_id=TUAN.national_id) is None
    assert find_tracked(code="H26.00004-000000-0001", national_id=TUAN.national_id) is None


def test_a_case_without_a_number_is_found_by_no_number(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY)
    TrackedCase.objects.filter(case_id=case.pk).update(applicant_id_index="")
    assert identity_index("") == ""
    assert find_tracked(code=case.code, national_id="") is None


def test_the_public_row_holds_nothing_that_was_answered(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tracking_trackedcase::text FROM tracking_trackedcase")
        row = cursor.fetchone()[0]
    assert case.code in row
    for private in (TUAN.national_id, TUAN.name, TUAN.phone, case.answers["original_title"]):
        assert private not in row


def test_the_row_moves_with_its_case_or_not_at_all(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY)
    reception = the_official("reception")
    with transaction.atomic():
        accept_case(case=case, official=reception)
        transaction.set_rollback(True)
    assert TrackedCase.objects.get().status == CaseStatus.REGISTERED
    case = accept_case(case=case, official=reception)
    tracked = TrackedCase.objects.get()
    assert (tracked.status, tracked.due_at) == (CaseStatus.RECEIVED, case.due_at)

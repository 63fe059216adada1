"""What the work list can be asked, how it stands in an address, and in which order it answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.cases.lifecycle import now
from services.cases.list_filters import (
    DONE,
    MINE,
    NEWEST,
    NOBODY,
    OLDEST,
    Filters,
    filters_of,
    search,
)
from services.cases.models import Case
from services.cases.states import CaseStatus
from services.cases.work_list import counts, listed
from tenants.organisation.models import Official
from tests.factories import make_case, make_official, the_official
from tests.journeys.answers import filing

pytestmark = pytest.mark.usefixtures("in_ba_dinh")

BOOK_COPY, BIRTH = "2.000908", "1.001193"


def codes(official: Official, **asked: Any) -> list[str]:
    return [case.code for case in listed(official, Filters(**asked), now())]


def change(case: Case, **columns: Any) -> Case:
    Case.objects.filter(pk=case.pk).update(**columns)
    return case


def named(name: str, **given: Any) -> Case:
    return make_case(BOOK_COPY, answers={"requester_name": name, **given})


def test_an_address_says_all_that_was_chosen_and_nothing_else() -> None:
    holder = str(make_official("specialist").pk)
    chosen = Filters(
        view="dang-giai-quyet",
        procedure=BOOK_COPY,
        step="specialist",
        holder=holder,
        due="2-ngay",
        channel="online",
        status=int(CaseStatus.REGISTERED),
        query="nguyễn an",
        sort=OLDEST,
        page=3,
    )
    assert filters_of(chosen.address()) == chosen
    assert Filters().address() == ""
    assert filters_of(chosen.address(page=1)).page == 1


@pytest.mark.parametrize(
    "address",
    ["xem=x&nguoi=y&han=z&sap=w", "trang=0&trang-thai=x", "so=%00&dt=<x>", "buoc=123456"],
)
def test_what_means_nothing_is_left_out(address: str) -> None:
    assert filters_of(address) == Filters()


def test_numbers_that_are_typed_never_stand_in_an_address() -> None:
    for typed in ("0912 345 678", "+84912345678", "001 190 000 017", "001190000017"):
        found = search(typed)
        assert not found.query and (found.person or found.phone)
        assert "".join(typed.split())[-6:] not in found.address()
    assert search("0912345678") == search("+84 912.345.678")
    # Parts of codes and names are no numbers of people.
    assert search("0042").query == "0042" and search("261122-0042").query == "261122-0042"


def test_a_name_is_found_by_its_words_in_any_order_with_or_without_accents() -> None:
    official = the_official("reception")
    case, other = named("Đặng Thị Ánh Tuyết"), named("Đặng Văn Tuyên")
    for typed in ("anh tuyet dang", "Tuyết Ánh", "dang thi", "ĐẶNG THỊ"):
        assert codes(official, query=typed) == [case.code], typed
    assert set(codes(official, query="dang")) == {case.code, other.code}
    assert codes(official, query="dang tuyet van") == []
    assert codes(official, query="\u0301") == []


def test_a_case_is_found_by_the_applicants_telephone() -> None:
    phone = str(filing(BOOK_COPY).answers["requester_phone"])
    case = make_case(BOOK_COPY)
    assert codes(the_official("reception"), phone=search(phone).phone) == [case.code]
    assert codes(the_official("reception"), phone=search("0900000000").phone) == []


def test_a_case_is_found_by_its_whole_code_or_its_end() -> None:
    case, other = make_case(BOOK_COPY), make_case(BOOK_COPY)
    official = the_official("reception")
    for typed in (case.code, case.code.lower(), case.code[-4:], case.code.partition("-")[2]):
        assert codes(official, query=typed) == [case.code], typed
    assert codes(official, query=other.code[-4:]) == [other.code]


def test_each_filter_narrows_and_all_of_them_together() -> None:
    official, at = the_official("specialist"), now()
    birth, copy = make_case(BIRTH, "in_process"), make_case(BOOK_COPY, "received")
    change(birth, due_at=at + dt.timedelta(days=1, hours=1), channel="online")
    change(copy, due_at=at + dt.timedelta(days=5))
    view = {"view": "dang-giai-quyet"}
    assert codes(official, **view) == [birth.code, copy.code]
    assert codes(official, **view, procedure=BOOK_COPY) == [copy.code]
    assert codes(official, **view, holder=NOBODY) == [copy.code]
    assert codes(official, **view, holder=str(official.pk)) == [birth.code]
    assert codes(official, **view, due="2-ngay") == [birth.code]
    assert codes(official, **view, due=(at + dt.timedelta(days=5)).date().isoformat()) == [
        copy.code
    ]
    assert codes(official, **view, channel="online") == [birth.code]
    assert codes(official, **view, step="specialist") == [birth.code, copy.code]
    assert codes(official, **view, step="leader") == []
    assert codes(official, status=int(CaseStatus.RECEIVED)) == [copy.code]
    assert codes(official, **view, procedure=BIRTH, step="1", holder="toi", due="2-ngay") == [
        birth.code
    ]


def test_a_state_is_asked_for_wherever_its_cases_wait() -> None:
    leader = the_official("leader")
    case = make_case(BOOK_COPY, "received")
    assert codes(leader) == []
    assert codes(leader, status=int(CaseStatus.RECEIVED)) == [case.code]


def test_the_order_is_by_due_time_or_by_filing_and_has_no_ties() -> None:
    official, at = the_official("reception"), timezone.now()
    cases = [make_case(BOOK_COPY) for _ in range(4)]
    for case in cases[:3]:
        change(case, filed_at=at - dt.timedelta(days=1))
    change(cases[3], filed_at=at - dt.timedelta(days=2))
    tied = sorted(cases[:3], key=lambda case: case.pk)
    expected = [cases[3].code, *(case.code for case in tied)]
    assert codes(official) == codes(official, sort=OLDEST) == expected
    assert codes(official, sort=NEWEST) == expected[::-1]


def test_a_case_wanted_back_waits_for_the_leader_and_one_in_payment_for_its_applicant() -> None:
    official = the_official("specialist")
    asked, paying = (make_case(BOOK_COPY, "in_process") for _ in range(2))
    change(asked, status=CaseStatus.WITHDRAWING)
    change(paying, status=CaseStatus.PAYMENT)
    assert codes(the_official("leader")) == [asked.code]
    assert codes(official) == []
    assert codes(official, view="cho-bo-sung") == [paying.code]
    assert set(codes(official, view=MINE)) == {asked.code, paying.code}


def test_the_numbers_beside_the_list_are_those_of_the_lists_in_one_statement() -> None:
    official = the_official("specialist")
    make_case(BOOK_COPY, "returned")
    for stage in ("registered", "received", "in_process", "result_ready"):
        make_case(BOOK_COPY, stage)
    kept = [Filters(view="tat-ca", holder=NOBODY), Filters(status=int(CaseStatus.RECEIVED))]
    official._powers = None  # type: ignore[attr-defined]
    with CaptureQueriesContext(connection) as captured:
        numbers = counts(official, now(), kept)
    assert sum("cases_case" in query["sql"] for query in captured) == 1
    for name, view in (
        ("todo", ""),
        ("toi_giu", MINE),
        ("tat_ca", "tat-ca"),
        ("cho_tra", "cho-tra"),
    ):
        assert numbers[name] == len(codes(official, view=view)), name
    assert (numbers["saved_0"], numbers["saved_1"]) == (3, 1)
    assert len(codes(official, view=DONE)) == 1

"""Two people act on one case at the same moment: one wins, the other is told by whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.cases.errors import CaseChanged, CaseError
from services.cases.intake import accept_case, refuse_case
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.processing import complete_step, send_back, take_case
from services.cases.states import CaseStatus
from services.cases.withdrawal import withdraw_case
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of, verify_chain
from tests.at_once import at_once
from tests.factories import make_account, make_case, make_official, the_official
from tests.journeys.answers import filing

BOOK_COPY = "2.000908"
Act = Callable[..., Case]


def complete(**given: Any) -> Case:
    entries = dict(filing(BOOK_COPY).entries)
    return complete_step(outcome="approved", findings=entries, **given)


def refuse(**given: Any) -> Case:
    return refuse_case(reason="Nộp nhầm nơi", **given)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("stage", "role", "first", "second"),
    [
        ("registered", "reception", accept_case, refuse),
        ("received", "specialist", take_case, take_case),
        ("in_process", "specialist", complete, complete),
        ("in_process", "specialist", take_case, complete),
    ],
)
def test_the_second_is_told_the_firsts_name(
    ba_dinh: CommuneInfo, stage: Any, role: str, first: Act, second: Act
) -> None:
    with in_commune(ba_dinh.code):
        case = make_case(BOOK_COPY, stage)
        officials = [the_official(role), make_official(role, name="Ngô Thị Bích Ngọc")]
        seen, before = seen_token(case), events_of(case.pk).count()
    acts = [
        lambda act=act, official=official: act(case=case, official=official, seen=seen)
        for act, official in zip((first, second), officials, strict=True)
    ]
    results = at_once(ba_dinh.code, acts)
    told = [given for given in results if isinstance(given, CaseChanged)]
    assert len(told) == 1, results
    winner = officials[1 - results.index(told[0])]
    assert winner.name in str(told[0]) and case.code in str(told[0])
    with in_commune(ba_dinh.code):
        assert events_of(case.pk).count() == before + 1
        assert verify_chain() == before + 1


@pytest.mark.django_db(transaction=True)
def test_an_applicant_withdraws_while_reception_accepts(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        account = make_account()
        case = make_case(BOOK_COPY, account=account)
        reception = the_official("reception")
        seen = seen_token(case)
    results = at_once(
        ba_dinh.code,
        [
            lambda: accept_case(case=case, official=reception, seen=seen),
            lambda: withdraw_case(case=case, account=account),
        ],
    )
    assert sum(isinstance(given, CaseError) for given in results) == 1, results
    with in_commune(ba_dinh.code):
        state = Case.objects.get(pk=case.pk).state
        assert state in (CaseStatus.RECEIVED, CaseStatus.STOPPED)
        assert isinstance(results[0], CaseChanged) == (state == CaseStatus.STOPPED)


def test_a_page_that_was_opened_before_somebody_acted_overwrites_nothing(
    in_ba_dinh: CommuneInfo,
) -> None:
    case = make_case(BOOK_COPY, "in_process")
    old = seen_token(case)
    case = complete(case=case, official=the_official("specialist"))
    send_back(case=case, official=the_official("leader"), reason="Ghi lại số quyển")
    # State and step are those that the old page saw; what happened in between still counts.
    with pytest.raises(CaseChanged, match="Phan Văn Thắng"):
        complete(case=case, official=the_official("specialist"), seen=old)


def test_a_fresh_page_is_taken(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY)
    fresh = seen_token(Case.objects.get(pk=case.pk))
    assert accept_case(case=case, official=the_official("reception"), seen=fresh).accepted_at

"""The leader's act: a number without gap, a frozen text, a signature by who may sign."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine

from documents.registers.models import Document
from services.cases import decision
from services.cases.decision import approve_case, reject_case
from services.cases.errors import (
    CaseChanged,
    FindingsMissing,
    MayNotSign,
    MoveNotAllowed,
    NotYourStep,
    ReasonMissing,
)
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.processing import complete_step, current_step
from services.cases.states import CaseStatus, Outcome, StepKind
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of
from tenants.organisation.models import Official
from tests.at_once import at_once
from tests.factories import make_case, make_official, the_official

BOOK_COPY, SIGNATURE = "2.000908", "2.000884"
READY = "awaiting_decision"


def result_of(case: Case) -> Document:
    return Document.objects.get(case_id=case.pk, kind=Document.Kind.RESULT)


def test_an_approval_numbers_and_freezes_the_result(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, READY)
    case = approve_case(case=case, official=the_official("leader"))
    document = result_of(case)
    assert (case.state, case.outcome) == (CaseStatus.IN_PROCESS, Outcome.APPROVED)
    assert case.decided_at is not None and current_step(case).kind == StepKind.FINISH
    assert (document.number, document.register) == (1, "book_copies")
    assert document.notation == f"01/{document.issued_on.year}"
    assert document.content["number"] == document.notation
    assert document.content["signed"] is False
    assert (document.signer_name, document.signer_title) == ("Phan Văn Thắng", "Chủ tịch")

    frozen = document.content
    Case.objects.filter(pk=case.pk).update(subject_name="Người Khác")
    assert Document.objects.get(pk=document.pk).content == frozen


def test_numbers_of_a_register_go_on_within_the_year_and_begin_anew(
    in_ba_dinh: CommuneInfo,
) -> None:
    notations = []
    for day in (dt.date(2026, 12, 30), dt.date(2026, 12, 31), dt.date(2027, 1, 4)):
        with time_machine.travel(dt.datetime(day.year, day.month, day.day, 3, tzinfo=dt.UTC)):
            case = make_case(BOOK_COPY, READY)
            approve_case(case=case, official=the_official("leader"))
            notations.append(result_of(case).notation)
    assert notations == ["01/2026", "02/2026", "01/2027"]


def test_another_register_has_its_own_numbers(in_ba_dinh: CommuneInfo) -> None:
    for code in (BOOK_COPY, SIGNATURE):
        case = make_case(code, READY)
        approve_case(case=case, official=the_official(case.step_role))
        assert result_of(case).number == 1


def test_a_decision_that_fails_gives_its_number_back(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(BOOK_COPY, READY)
    leader = the_official("leader")

    def fail(*args: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(decision, "_decided", fail)
        with pytest.raises(ZeroDivisionError):
            approve_case(case=case, official=leader)
    assert not Document.objects.filter(kind=Document.Kind.RESULT).exists()
    approve_case(case=case, official=leader)
    assert result_of(case).number == 1


def test_who_may_not_sign_decides_nothing(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, READY)
    acting = make_official("leader", name="Trần Phó", may_sign=False)
    with pytest.raises(MayNotSign, match="thẩm quyền ký"):
        approve_case(case=case, official=acting)
    with pytest.raises(MayNotSign):
        reject_case(case=case, official=acting, reason="Không đủ")
    signing_clerk = make_official("clerk", name="Lê Văn Thư", may_sign=True)
    with pytest.raises(NotYourStep):
        approve_case(case=case, official=signing_clerk)


def test_a_deputy_signs_for_the_chairman(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, READY)
    deputy = make_official("leader", name="Đinh Thị Hạnh")
    deputy.title = "Phó Chủ tịch"
    deputy.save(update_fields=["title"])
    approve_case(case=case, official=deputy)
    signer = result_of(case).content["signer"]
    assert (signer["authority"], signer["title"]) == ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    assert signer["name"] == "Đinh Thị Hạnh"


def test_the_chairman_signs_for_nobody(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, READY)
    approve_case(case=case, official=the_official("leader"))
    signer = result_of(case).content["signer"]
    assert (signer["authority"], signer["title"]) == ("", "CHỦ TỊCH")


def test_a_case_is_decided_at_the_leaders_step_only_and_once(in_ba_dinh: CommuneInfo) -> None:
    early = make_case(BOOK_COPY, "in_process")
    everything = make_official("specialist leader", name="Hồ Văn Kiêm", may_sign=True)
    with pytest.raises(MoveNotAllowed):
        approve_case(case=early, official=everything)
    case = make_case(BOOK_COPY, READY)
    leader = the_official("leader")
    approve_case(case=case, official=leader)
    with pytest.raises(NotYourStep):
        approve_case(case=case, official=leader)
    assert Document.objects.filter(kind=Document.Kind.RESULT).count() == 1


def test_a_proposed_rejection_cannot_be_approved_without_a_draft(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "in_process")
    case = complete_step(
        case=case, official=the_official("specialist"), outcome="rejected", note="Không có sổ"
    )
    with pytest.raises(FindingsMissing):
        approve_case(case=case, official=the_official("leader"))


def test_a_rejection_is_a_numbered_letter_with_its_reason(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, READY)
    leader = the_official("leader")
    with pytest.raises(ReasonMissing):
        reject_case(case=case, official=leader, reason=" ")
    case = reject_case(case=case, official=leader, reason="Trong sổ gốc không có tên này.")
    letter = Document.objects.get(case_id=case.pk, kind=Document.Kind.REPLY)
    assert (case.outcome, case.state) == (Outcome.REJECTED, CaseStatus.IN_PROCESS)
    assert letter.notation == "01/UBND"
    text = " ".join(item["text"] for item in letter.content["paragraphs"])
    assert "Trong sổ gốc không có tên này." in text and ".." not in text
    assert "{" not in text and "None" not in text
    event = events_of(case.pk).last()
    assert event is not None and event.verb == "reject"


def act_as(official_id: Any, case: Case, act: Any) -> Any:
    seen = seen_token(case)
    return lambda: act(case=case, official=Official.objects.get(pk=official_id), seen=seen)


@pytest.mark.django_db(transaction=True)
def test_of_two_leaders_at_once_the_second_is_told_what_the_first_did(
    ba_dinh: CommuneInfo,
) -> None:
    with in_commune(ba_dinh.code):
        case = make_case(BOOK_COPY, READY)
        names = ["Phan Văn Thắng", "Đinh Thị Hạnh"]
        known = the_official("leader")
        other = make_official("leader", name=names[1])

    def reject(*, case: Case, official: Any, seen: str) -> Case:
        return reject_case(case=case, official=official, reason="Không đủ", seen=seen)

    results = at_once(
        ba_dinh.code,
        [act_as(known.pk, case, approve_case), act_as(other.pk, case, reject)],
    )
    lost = [place for place, given in enumerate(results) if isinstance(given, CaseChanged)]
    assert len(lost) == 1, results
    winner = names[1 - lost[0]]
    assert winner in str(results[lost[0]]) and case.code in str(results[lost[0]])
    with in_commune(ba_dinh.code):
        kinds = (Document.Kind.RESULT, Document.Kind.REPLY)
        assert Document.objects.filter(case_id=case.pk, kind__in=kinds).count() == 1
        decided = [event for event in events_of(case.pk) if event.verb in ("approve", "reject")]
        assert [event.actor_name for event in decided] == [winner]
    assert Account.objects.filter(full_name=winner).exists()


@pytest.mark.django_db(transaction=True)
def test_results_signed_at_once_have_numbers_without_gap_or_double(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        cases = [make_case(BOOK_COPY, READY) for _ in range(4)]
        leader = the_official("leader")
    results = at_once(ba_dinh.code, [act_as(leader.pk, case, approve_case) for case in cases])
    assert all(isinstance(given, Case) for given in results), results
    with in_commune(ba_dinh.code):
        numbers = Document.objects.filter(kind=Document.Kind.RESULT).values_list(
            "number", flat=True
        )
        assert sorted(numbers) == [1, 2, 3, 4]

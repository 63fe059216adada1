"""Filing happens once, whole, and leaves no gap in the day's codes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from services.cases import filing as filing_module
from services.cases.drafts import DraftGone, attach_paper, discard_draft, save_page
from services.cases.errors import CaseIncomplete, DeclarationMissing
from services.cases.filing import file_case, next_case_code
from services.cases.models import Attachment, Case, CaseStep, Draft
from services.cases.states import CaseStatus, Channel
from services.catalogue.forms.pages import must_upload, required_papers
from services.catalogue.registry import current_procedure
from services.tracking.models import TrackedCase
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of
from tenants.history.models import Event
from tests.at_once import at_once
from tests.factories import make_account, make_case, make_draft, pdf_upload, the_official
from tests.journeys.answers import filing
from tests.journeys.people import TUAN

BOOK_COPY, BIRTH = "2.000908", "1.001193"


def draft_of(code: str = BOOK_COPY, **given: Any) -> Draft:
    if not given:
        given = {"account": make_account()}
    return make_draft(filing(code), **given)


def test_sending_twice_makes_one_case(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    draft = draft_of(account=account)
    first = file_case(draft=draft, declared=True, account=account)
    # A retry may come without its tick; the case is there all the same.
    assert file_case(draft=draft, declared=False, account=account) == first
    assert Case.objects.count() == TrackedCase.objects.count() == 1
    assert [event.verb for event in events_of(first.pk)] == ["file"]


def test_a_case_keeps_what_was_filed(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    draft = draft_of(BIRTH, account=account)
    case = file_case(draft=draft, declared=True, account=account)
    assert (case.state, case.channel) == (CaseStatus.REGISTERED, Channel.ONLINE)
    assert case.applicant_name == "Nguyễn Thị Hoài Thương"
    assert case.applicant_folded == "nguyen thi hoai thuong"
    assert case.subject_name == "Trần Nguyễn Gia Hân"
    assert case.answers["child_name"] == "Trần Nguyễn Gia Hân"
    assert case.fee == 16_000  # two copies of the certificate
    assert (case.accepted_at, case.due_at) == (None, None)
    assert [step.kind for step in case.steps.all()][0::3] == ["intake", "finish"]
    assert [paper.paper_key for paper in Attachment.objects.filter(owner_id=case.pk)] == [
        "birth_certificate"
    ]
    assert not Draft.objects.exists()


def test_the_applicants_number_is_not_readable_in_the_table(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_case::text FROM cases_case WHERE id = %s", [case.pk])
        row = cursor.fetchone()[0]
    sealed = bytes.fromhex(row.split("\\\\x")[1].split('"')[0])
    assert TUAN.national_id not in row and TUAN.national_id.encode() not in sealed
    assert TUAN.name in row


def test_an_answer_to_a_question_that_went_away_is_not_in_the_case(
    in_ba_dinh: CommuneInfo,
) -> None:
    account = make_account()
    draft = draft_of(account=account)
    draft = save_page(draft=draft, page_key="holder", answers={"holder_name": "Người Khác"})
    case = file_case(draft=draft, declared=True, account=account)
    assert "holder_name" not in case.answers and "Người Khác" not in case.subject_name


def test_without_the_declaration_nothing_is_filed(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    draft = draft_of(account=account)
    with pytest.raises(DeclarationMissing, match="lời cam đoan"):
        file_case(draft=draft, declared=False, account=account)
    assert not Case.objects.exists() and Draft.objects.count() == 1


def test_an_incomplete_form_names_each_gap_with_its_page(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    draft = draft_of("1.004859", account=account)
    save_page(draft=draft, page_key="person", answers={"person_name": None})
    Attachment.objects.all().delete()
    definition = current_procedure("1.004859")
    asked = required_papers(definition, draft.answers)
    papers = {(paper.key, "giay-to") for paper in asked if must_upload(paper)}
    assert papers
    with pytest.raises(CaseIncomplete, match=f"Còn {len(papers) + 1} chỗ") as caught:
        file_case(draft=draft, declared=True, account=account)
    places = {(problem.field_key, problem.page_key) for problem in caught.value.problems}
    assert places == {("person_name", "person"), *papers}
    assert not Case.objects.exists() and not TrackedCase.objects.exists()


def test_a_form_that_was_thrown_away_cannot_be_sent(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    draft = draft_of(account=account)
    discard_draft(draft=Draft.objects.get(pk=draft.pk))
    with pytest.raises(DraftGone, match="bắt đầu lại"):
        file_case(draft=draft, declared=True, account=account)


def test_after_sending_neither_a_page_nor_a_paper_reaches_the_form(
    in_ba_dinh: CommuneInfo,
) -> None:
    account = make_account()
    draft = draft_of(BIRTH, account=account)
    case = file_case(draft=draft, declared=True, account=account)
    with pytest.raises(DraftGone):
        save_page(draft=draft, page_key="child", answers={})
    with pytest.raises(DraftGone):
        attach_paper(draft=draft, paper_key="birth_certificate", upload=pdf_upload())
    discard_draft(draft=draft)
    assert Attachment.objects.filter(owner_id=case.pk).count() == Attachment.objects.count() == 1


@pytest.mark.parametrize("broken", ["track_case", "record_event", "_create_steps"])
def test_a_filing_that_fails_leaves_nothing_and_gives_its_code_back(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    account = make_account()
    draft = draft_of(BIRTH, account=account)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(filing_module, broken, fail)
        with pytest.raises(ZeroDivisionError):
            file_case(draft=draft, declared=True, account=account)
    for model in (Case, CaseStep, TrackedCase, Event):
        assert not model.objects.exists()
    assert Attachment.objects.get().owner_id == draft.pk
    assert file_case(draft=draft, declared=True, account=account).code.endswith("-0001")


def test_codes_count_per_agency_and_day(in_ba_dinh: CommuneInfo) -> None:
    days = [dt.datetime(2026, 11, 23, 16, 59), dt.datetime(2026, 11, 23, 17, 1)]
    codes = []
    for moment in days:  # in UTC: before and after midnight in Hà Nội
        with time_machine.travel(moment.replace(tzinfo=dt.UTC), tick=False):
            codes += [make_case(BOOK_COPY).code, make_case(BOOK_COPY).code]
    assert codes == [
        "H26.00004-261123-0001",
        "H26.00004-261123-0002",
        "H26.00004-261124-0001",
        "H26.00004-261124-0002",
    ]


def test_a_neighbour_counts_for_itself(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo) -> None:
    codes = []
    for commune in (ba_dinh, ngoc_ha):
        with in_commune(commune.code):
            codes.append(make_case(BOOK_COPY).code)
    assert [code.split("-")[0] for code in codes] == ["H26.00004", "H26.00008"]
    assert all(code.endswith("-0001") for code in codes)


def test_a_code_taken_in_a_failed_transaction_is_given_again(in_ba_dinh: CommuneInfo) -> None:
    day = dt.date(2026, 11, 23)
    with transaction.atomic():
        next_case_code("H26.00004", day)
        transaction.set_rollback(True)
    assert next_case_code("H26.00004", day) == "H26.00004-261123-0001"


def test_the_database_refuses_a_second_case_of_one_form(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY)
    case.pk, case.code = None, "H26.00004-261123-0999"
    with pytest.raises(IntegrityError, match="cases_case_filed_once"), transaction.atomic():
        case.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_many_who_file_at_once_get_codes_without_gap_or_double(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        pairs = []
        for _ in range(6):
            account = make_account()
            pairs.append((account, draft_of(account=account)))
    acts = [
        lambda account=account, draft=draft: (
            file_case(draft=draft, declared=True, account=account).code
        )
        for account, draft in pairs
    ]
    codes = at_once(ba_dinh.code, acts)
    numbers = sorted(int(str(code).rsplit("-", 1)[1]) for code in codes)
    assert numbers == list(range(1, 7)), codes
    assert TrackedCase.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_case(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        account = make_account()
        draft = draft_of(account=account)

    def send() -> str:
        return file_case(draft=draft, declared=True, account=account).code

    codes = at_once(ba_dinh.code, [send] * 4)
    assert len(set(codes)) == 1, codes
    assert TrackedCase.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_throwing_away_and_sending_at_once_ends_in_one_of_the_two(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        account = make_account()
        draft = draft_of(BIRTH, account=account)

    def send() -> Case:
        return file_case(draft=draft, declared=True, account=account)

    def throw() -> None:
        discard_draft(draft=Draft(pk=draft.pk))

    sent, thrown = at_once(ba_dinh.code, [send, throw])
    assert thrown is None
    with in_commune(ba_dinh.code):
        assert not Draft.objects.exists()
        if isinstance(sent, DraftGone):
            assert not Case.objects.exists() and not Attachment.objects.exists()
        else:
            assert Attachment.objects.get().owner_id == sent.pk


def test_a_case_entered_at_the_counter_names_the_official_who_entered_it(
    in_ba_dinh: CommuneInfo,
) -> None:
    official = the_official("reception")
    draft = draft_of(official=official)
    case = file_case(draft=draft, declared=True, official=official, channel=Channel.COUNTER)
    event = events_of(case.pk).get()
    assert (event.actor_id, event.actor_name) == (official.pk, official.name)
    assert (case.account_id, case.channel) == (None, Channel.COUNTER)


@pytest.mark.parametrize(("asked", "kept"), [("post", "post"), ("", "online"), ("x", "online")])
def test_how_the_result_is_wanted_is_kept_with_the_case(
    in_ba_dinh: CommuneInfo, asked: str, kept: str
) -> None:
    account = make_account()
    draft = make_draft(filing("2.000908"), account=account)
    case = file_case(draft=draft, declared=True, account=account, return_way=asked)
    assert case.return_way == kept

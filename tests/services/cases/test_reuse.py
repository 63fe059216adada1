"""What the commune holds is offered to those whose it is, once, and stays where it was given."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine

from documents.files.models import StoredFile
from documents.files.storing import matches_hash, path_of
from documents.registers.models import Document
from documents.rendering.pdf import RenderedPdf
from services.cases.drafts import (
    UnknownPaper,
    attachments_of,
    discard_draft,
    discard_expired,
    remove_paper,
    save_page,
    start_draft,
)
from services.cases.filing import file_case
from services.cases.models import Attachment, Case, Draft
from services.cases.reuse import OfferGone, held_again, offers_for, use_again
from services.cases.states import CaseStatus, Outcome
from services.catalogue.registry import current_procedure
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.organisation.models import Official
from tests.factories import PDF, make_account, make_case, make_draft, make_official, the_official
from tests.journeys.answers import filing

BIRTH, MARRIAGE, SINGLE, CORRECTION = "1.001193", "1.000894", "1.004873", "1.004859"
PAPER = "birth_certificate"


def new_draft(procedure: str = BIRTH, **given: Any) -> Draft:
    """A form with its answers and without a file."""
    draft = make_draft(filing(procedure), **given)
    for one in attachments_of(draft.pk):
        remove_paper(draft=draft, attachment_id=one.pk)
    return draft


def only_offer(draft: Draft, key: str = PAPER, **given: Any) -> Any:
    [offer] = offers_for(draft, **given)[key]
    return offer


@pytest.fixture(autouse=True)
def _quick_typesetting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a result looks like is nothing to these tests."""
    monkeypatch.setattr("documents.registers.tasks.render_pdf", lambda html: RenderedPdf(PDF, 1))


@pytest.fixture
def mother(in_ba_dinh: CommuneInfo) -> Account:
    return make_account()


@pytest.fixture
def earlier(mother: Account) -> Case:
    """A case in which the mother gave the paper."""
    return make_case(BIRTH, "received", account=mother)


def test_a_paper_given_before_is_offered_with_its_case_day_and_hash(
    mother: Account, earlier: Case
) -> None:
    offer = only_offer(new_draft(account=mother))

    [given] = attachments_of(earlier.pk)
    assert (offer.source, offer.source_id) == ("paper", given.pk)
    assert (offer.case_code, offer.given_on) == (earlier.code, dt.date.today())
    assert offer.file.sha256 == given.file.sha256


def test_taking_it_copies_nothing_and_names_its_source(mother: Account, earlier: Case) -> None:
    draft, files = new_draft(account=mother), StoredFile.objects.count()
    offer = only_offer(draft)

    taken = use_again(draft=draft, paper_key=PAPER, offer_key=offer.key)
    again = use_again(draft=draft, paper_key=PAPER, offer_key=offer.key)
    case = file_case(draft=draft, declared=True, account=mother)

    assert taken.pk == again.pk and StoredFile.objects.count() == files
    [kept], [given] = attachments_of(case.pk), attachments_of(earlier.pk)
    assert kept.file_id == given.file_id and matches_hash(kept.file)
    assert (kept.source, kept.source_id, kept.source_code) == ("paper", given.pk, earlier.code)


def test_what_is_taken_off_or_thrown_away_stays_with_its_first_owner(
    mother: Account, earlier: Case
) -> None:
    [given] = attachments_of(earlier.pk)
    for end in ("remove", "discard", "expire"):
        draft = new_draft(account=mother)
        taken = use_again(draft=draft, paper_key=PAPER, offer_key=only_offer(draft).key)
        if end == "remove":
            remove_paper(draft=draft, attachment_id=taken.pk)
            assert not attachments_of(draft.pk)
        elif end == "discard":
            discard_draft(draft=draft)
        else:
            Draft.objects.update(expires_on=dt.date(2020, 1, 1))
            assert discard_expired() >= 1
        assert not Attachment.objects.filter(pk=taken.pk).exists()
        assert StoredFile.objects.filter(pk=given.file_id).exists()
        assert path_of(given.file_id).exists()


def test_nobody_else_is_offered_it_and_asking_for_it_gets_nothing(
    mother: Account, earlier: Case
) -> None:
    own = new_draft(account=mother)
    offer = only_offer(own)
    stranger = new_draft(account=make_account("Người Lạ"))

    assert offers_for(stranger) == {}
    with pytest.raises(OfferGone, match="không dùng lại được"):
        use_again(draft=stranger, paper_key=PAPER, offer_key=offer.key)
    with pytest.raises(OfferGone):
        use_again(draft=own, paper_key="residence_proof", offer_key=offer.key)
    with pytest.raises(UnknownPaper):
        use_again(draft=own, paper_key="no_such_paper", offer_key=offer.key)
    assert not Attachment.objects.filter(source="paper").exists()


def test_another_commune_does_not_offer_it(mother: Account, earlier: Case) -> None:
    offer = only_offer(new_draft(account=mother))
    with in_commune("00008"):
        draft = start_draft(definition=current_procedure(BIRTH), account=mother)
        for page, answers in pages_of(filing(BIRTH, commune="00008").answers):
            draft = save_page(draft=draft, page_key=page, answers=answers)
        assert offers_for(draft) == {}
        with pytest.raises(OfferGone):
            use_again(draft=draft, paper_key=PAPER, offer_key=offer.key)


def pages_of(answers: Any) -> list[tuple[str, dict[str, Any]]]:
    definition = current_procedure(BIRTH)
    return [
        (page.key, {leaf.key: answers[leaf.key] for leaf in page.leaves if leaf.key in answers})
        for page in definition.pages
    ]


@pytest.mark.parametrize("state", [CaseStatus.REFUSED, CaseStatus.WITHDRAWING, CaseStatus.STOPPED])
def test_what_was_given_back_or_not_taken_in_is_not_offered(
    mother: Account, earlier: Case, state: CaseStatus
) -> None:
    Case.objects.filter(pk=earlier.pk).update(status=state)

    assert offers_for(new_draft(account=mother)) == {}


@pytest.mark.parametrize("state", ["quarantined", "refused"])
def test_a_file_that_nobody_may_open_is_not_offered(
    mother: Account, earlier: Case, state: str
) -> None:
    StoredFile.objects.update(state=state)

    assert offers_for(new_draft(account=mother)) == {}


def test_what_was_itself_used_again_is_offered_once_by_the_case_it_was_given_in(
    mother: Account, earlier: Case
) -> None:
    draft = new_draft(account=mother)
    use_again(draft=draft, paper_key=PAPER, offer_key=only_offer(draft).key)
    file_case(draft=draft, declared=True, account=mother)

    assert only_offer(new_draft(account=mother)).case_code == earlier.code


def test_the_newest_of_several_stands_first(mother: Account, earlier: Case) -> None:
    # Other bytes, so that they are another paper.
    StoredFile.objects.update(sha256="0" * 64)
    later = make_case(BIRTH, account=mother)

    offers = offers_for(new_draft(account=mother))[PAPER]

    assert [one.case_code for one in offers] == [later.code, earlier.code]


def test_a_paper_shared_between_procedures_is_known_again(mother: Account, earlier: Case) -> None:
    Attachment.objects.update(paper_key="residence_proof")

    assert only_offer(new_draft(SINGLE, account=mother), "residence_proof").case_code == (
        earlier.code
    )


def test_a_paper_written_for_one_matter_is_not_offered_for_another(
    mother: Account, earlier: Case
) -> None:
    Attachment.objects.update(paper_key="own_statement")
    draft = new_draft(account=mother)
    draft = save_page(draft=draft, page_key="birth", answers={"birth_evidence": "statement"})

    assert offers_for(draft) == {}


# ── At the counter ───────────────────────────────────────────────────────


def test_the_counter_is_offered_what_the_same_number_filed_as_far_as_the_official_sees_it(
    mother: Account, earlier: Case
) -> None:
    reception = the_official("reception")
    draft = new_draft(official=reception)

    offer = only_offer(draft, official=reception)
    assert offer.case_code == earlier.code
    narrow = make_official("reception", scope="chung-thuc", name="Cán Bộ Chứng Thực")
    assert offers_for(draft, official=narrow) == {}
    with pytest.raises(OfferGone):
        use_again(draft=draft, paper_key=PAPER, offer_key=offer.key, official=narrow)


def test_the_counter_is_offered_nothing_of_another_number(mother: Account, earlier: Case) -> None:
    Case.objects.update(applicant_id_index="someone else's")
    reception = the_official("reception")

    assert offers_for(new_draft(official=reception), official=reception) == {}


def test_a_form_without_a_number_is_offered_nothing(in_ba_dinh: CommuneInfo) -> None:
    reception = the_official("reception")
    Case.objects.update(applicant_id_index="")
    draft = start_draft(definition=current_procedure(SINGLE), official=reception)

    assert offers_for(draft, official=reception) == {}


# ── Results ──────────────────────────────────────────────────────────────


def certificate(account: Account) -> tuple[Case, Document]:
    """A certificate that the commune issued to the account."""
    case = make_case(SINGLE, "returned", account=account)
    return case, Document.objects.get(case_id=case.pk, kind=Document.Kind.RESULT)


def test_a_result_that_the_commune_issued_serves_as_the_paper(mother: Account) -> None:
    case, issued = certificate(mother)
    draft = new_draft(MARRIAGE, account=mother)

    offer = only_offer(draft, "status_certificate")
    taken = use_again(draft=draft, paper_key="status_certificate", offer_key=offer.key)

    assert offer.is_result and offer.valid_to is not None
    assert (taken.source, taken.source_id, taken.source_code) == ("result", issued.pk, case.code)
    assert taken.file_id == issued.file_id
    remove_paper(draft=draft, attachment_id=taken.pk)
    assert path_of(taken.file_id).exists()


def test_a_result_is_offered_to_the_last_day_of_its_months(mother: Account) -> None:
    _case, issued = certificate(mother)
    draft = new_draft(MARRIAGE, account=mother)
    Document.objects.filter(pk=issued.pk).update(issued_on=dt.date(2026, 8, 31))
    last = dt.datetime(2027, 2, 28, 9, tzinfo=dt.UTC)

    with time_machine.travel(last, tick=False):
        assert only_offer(draft, "status_certificate").valid_to == dt.date(2027, 2, 28)
    with time_machine.travel(last + dt.timedelta(days=1), tick=False):
        assert "status_certificate" not in offers_for(draft)


def test_a_rejection_or_another_kind_of_paper_serves_as_nothing(mother: Account) -> None:
    case, issued = certificate(mother)
    draft = new_draft(MARRIAGE, account=mother)

    Case.objects.filter(pk=case.pk).update(outcome=Outcome.REJECTED)
    assert offers_for(draft) == {}
    Case.objects.filter(pk=case.pk).update(outcome=Outcome.APPROVED)
    Document.objects.filter(pk=issued.pk).update(kind=Document.Kind.REPLY)
    assert offers_for(draft) == {}


# ── What the desk sees ───────────────────────────────────────────────────


def held(case: Case, official: Official) -> list[tuple[str, str]]:
    found = held_again(case, attachments_of(case.pk), official=official)
    return [(paper.key, offer.case_code) for paper, offer in found]


def test_the_desk_sees_what_was_asked_again_though_it_is_held(
    mother: Account, earlier: Case
) -> None:
    reception = the_official("reception")
    again = make_case(BIRTH, account=mother)
    draft = new_draft(account=mother)
    use_again(draft=draft, paper_key=PAPER, offer_key=only_offer(draft).key)
    reused = file_case(draft=draft, declared=True, account=mother)

    assert held(again, reception) == [(PAPER, earlier.code)]
    assert held(reused, reception) == [] and held(earlier, reception) == []
    narrow = make_official("reception", scope="chung-thuc", name="Cán Bộ Chứng Thực")
    assert held(again, narrow) == []

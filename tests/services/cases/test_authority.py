"""Scope and delegation where cases are worked on."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.utils import timezone

from documents.registers.models import Document
from services.cases.access import get_case_for_official
from services.cases.actions import ACCEPT, APPROVE, actions_for
from services.cases.decision import approve_case
from services.cases.errors import MayNotSign, NotYourStep
from services.cases.intake import accept_case
from services.cases.lifecycle import now
from services.cases.models import Case
from services.cases.processing import take_case
from services.cases.story import tell
from services.cases.work_list import Filters, counts, listed
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tenants.organisation.models import Delegation, Official
from tests.factories import make_case, make_official, the_official

BIRTH, COPY = "1.001193", "2.000815"  # of the fields ho-tich and chung-thuc


def within(official: Official, scope: str) -> Official:
    """The official as they are once their rights reach so far."""
    Official.objects.filter(pk=official.pk).update(scope=scope)
    return Official.objects.get(pk=official.pk)


def delegate(giver: Official, receiver: Official, capacity: str = "deputy") -> Official:
    """The receiver as they are once they were given the giver's rights for today."""
    today = timezone.localdate()
    Delegation.objects.create(
        giver=giver, receiver=receiver, capacity=capacity, roles=giver.roles,
        ground="Quyết định 12/QĐ-UBND", starts_on=today, ends_on=today,
    )  # fmt: skip
    return Official.objects.get(pk=receiver.pk)


@pytest.fixture
def birth(in_ba_dinh: CommuneInfo) -> Case:
    return make_case(BIRTH)


@pytest.fixture
def copy(in_ba_dinh: CommuneInfo) -> Case:
    return make_case(COPY)


@pytest.mark.parametrize("scope", ["chung-thuc", COPY, f"{COPY} bao-tro-xa-hoi"])
def test_a_case_outside_the_scope_does_not_exist(birth: Case, copy: Case, scope: str):
    official = within(the_official("reception"), scope)
    assert get_case_for_official(official, copy.code) == copy
    with pytest.raises(Http404):
        get_case_for_official(official, birth.code)
    assert list(listed(official, Filters(), now())) == [copy]
    assert list(listed(official, Filters(query=birth.code), now())) == []
    assert list(listed(official, Filters(view="cho-tiep-nhan"), now())) == [copy]
    assert (counts(official, now())["todo"], counts(official, now())["cho_tiep_nhan"]) == (1, 1)


def test_without_a_scope_all_are_there(birth: Case, copy: Case):
    official = the_official("reception")
    assert counts(official, now())["todo"] == 2


def test_outside_the_scope_no_move_is_made(birth: Case):
    official = within(the_official("reception"), "chung-thuc")
    assert actions_for(birth, list(birth.steps.all()), official) == []
    with pytest.raises(NotYourStep):
        accept_case(case=birth, official=official)


def test_two_sources_of_rights_do_not_mix(birth: Case, copy: Case):
    """The specialist's field is not widened by a receptionist's rights to another's cases."""
    specialist = within(make_official("specialist"), "chung-thuc")
    both = delegate(the_official("reception"), specialist)
    birth = accept_case(case=birth, official=both)
    assert ACCEPT in actions_for(copy, list(copy.steps.all()), both)
    with pytest.raises(NotYourStep):
        take_case(case=birth, official=both)
    assert list(listed(both, Filters(), now())) == [copy]


def test_an_acting_chairman_signs_on_the_chairman_s_behalf(in_ba_dinh: CommuneInfo):
    case = make_case(BIRTH, "awaiting_decision")
    head = make_official("head", name="Lê Thị Mỹ Duyên")
    with pytest.raises(NotYourStep):
        approve_case(case=case, official=head)
    acting = delegate(the_official("leader"), head)
    assert APPROVE in actions_for(case, list(case.steps.all()), acting)
    approve_case(case=case, official=acting)

    block = Document.objects.get(case_id=case.pk, kind="result").content["signer"]
    assert block["authority"] == "KT. CHỦ TỊCH"
    assert (block["title"], block["name"]) == ("TRƯỞNG PHÒNG", "Lê Thị Mỹ Duyên")
    event = events_of(case.pk).last()
    assert event is not None and event.actor_name == "Lê Thị Mỹ Duyên"
    assert event.details["on_behalf"] == "KT. Chủ tịch Phan Văn Thắng"
    assert "(KT. Chủ tịch Phan Văn Thắng)" in tell([event])[0].text


def test_by_order_nobody_decides(in_ba_dinh: CommuneInfo):
    case = make_case(BIRTH, "awaiting_decision")
    acting = delegate(the_official("leader"), make_official("head"), "order")
    with pytest.raises(MayNotSign):
        approve_case(case=case, official=acting)


def test_authorised_is_printed_as_that(in_ba_dinh: CommuneInfo):
    case = make_case(BIRTH, "awaiting_decision")
    acting = delegate(the_official("leader"), make_official("head"), "authorised")
    approve_case(case=case, official=acting)
    block = Document.objects.get(case_id=case.pk, kind="result").content["signer"]
    assert block["authority"] == "TUQ. CHỦ TỊCH"

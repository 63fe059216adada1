"""Who may give what to whom (Decree 30/2020, article 13)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from tenants.accounts.models import DeskSession
from tenants.communes.current import CommuneInfo
from tenants.history.models import Event
from tenants.organisation.delegations import end_delegation, give_rights
from tenants.organisation.errors import MayNotGive
from tenants.organisation.models import Delegation, Official
from tenants.organisation.powers import powers_of
from tests.factories import make_official

DAY = datetime.timedelta(days=1)


@pytest.fixture
def people(in_ba_dinh: CommuneInfo) -> dict[str, Official]:
    deputy = make_official("leader", name="Lê Văn Phó", may_sign=False)
    Official.objects.filter(pk=deputy.pk).update(title="Phó Chủ tịch")
    return {
        "chairman": make_official("leader", may_sign=True),
        "deputy": Official.objects.get(pk=deputy.pk),
        "head": make_official("head"),
        "clerk": make_official("clerk"),
        "admin": make_official("administrator"),
    }


def give(people: dict[str, Official], giver: str, receiver: str, **changed: Any) -> Delegation:
    today = timezone.localdate()
    fields: dict[str, Any] = {
        "capacity": "authorised",
        "roles": [people[giver].roles],
        "ground": "Quyết định 12/QĐ-UBND",
        "starts_on": today,
        "ends_on": today + DAY,
    }
    by = people[changed.pop("by", giver)]
    return give_rights(
        giver=people[giver], receiver=people[receiver], by=by, **{**fields, **changed}
    )


def may_sign(official: Official) -> bool:
    return powers_of(Official.objects.get(pk=official.pk)).may_sign


@pytest.mark.parametrize(
    ("giver", "receiver", "capacity", "signs"),
    [
        ("chairman", "deputy", "deputy", True),
        ("chairman", "head", "order", False),
        ("chairman", "head", "authorised", True),
        ("chairman", "clerk", "authorised", True),
        ("clerk", "head", "authorised", False),
    ],
)
def test_what_may_be_given(
    people: dict[str, Official], giver: str, receiver: str, capacity: str, signs: bool
):
    give(people, giver, receiver, capacity=capacity)
    assert powers_of(Official.objects.get(pk=people[receiver].pk)).has_role(people[giver].roles)
    assert may_sign(people[receiver]) == signs
    event = Event.objects.get(verb="delegation.given")
    assert (event.subject_id, event.actor_id) == (people[receiver].pk, people[giver].pk)


@pytest.mark.parametrize(
    ("giver", "receiver", "changed"),
    [
        ("chairman", "head", {"capacity": "deputy"}),  # no deputy of the chairman
        ("chairman", "clerk", {"capacity": "order"}),  # no head of a division
        ("clerk", "head", {"capacity": "order"}),  # a clerk gives no orders
        ("clerk", "deputy", {"capacity": "deputy"}),
        ("clerk", "head", {"roles": ["leader"]}),  # what one does not have
        ("clerk", "head", {"roles": []}),
        ("admin", "head", {}),  # the administrator's rights
        ("chairman", "chairman", {}),
        ("chairman", "head", {"by": "clerk"}),  # somebody else's rights
        ("chairman", "admin", {"by": "admin"}),  # to oneself
        ("chairman", "head", {"ends_on": timezone.localdate() - DAY}),
        ("chairman", "head", {"starts_on": timezone.localdate() - DAY}),
        ("chairman", "head", {"ends_on": timezone.localdate() + 400 * DAY}),
    ],
    ids=str,
)
def test_what_may_not(
    people: dict[str, Official], giver: str, receiver: str, changed: dict[str, Any]
):
    with pytest.raises(MayNotGive):
        give(people, giver, receiver, **changed)
    assert not Delegation.objects.exists() and not Event.objects.exists()


def test_received_rights_are_not_given_on(people: dict[str, Official]):
    give(people, "chairman", "head")
    with pytest.raises(MayNotGive):
        give(people, "head", "clerk", roles=["leader"])


def test_who_left_neither_gives_nor_receives(people: dict[str, Official]):
    Official.objects.filter(pk=people["clerk"].pk).update(active=False)
    for giver, receiver in (("chairman", "clerk"), ("clerk", "head")):
        with pytest.raises(MayNotGive):
            give(people, giver, receiver)


def test_the_same_days_are_given_once(people: dict[str, Official]):
    give(people, "chairman", "head")
    with pytest.raises(MayNotGive):
        give(people, "chairman", "head", capacity="order")


def test_an_administrator_writes_down_what_the_giver_decided(people: dict[str, Official]):
    give(people, "chairman", "head", by="admin")
    assert Event.objects.get(verb="delegation.given").actor_id == people["admin"].pk


class TestEnding:
    def test_it_ends_at_once_and_closes_the_receiver_s_desk(self, people: dict[str, Official]):
        given, now = give(people, "chairman", "head"), timezone.now()
        DeskSession.objects.create(
            account_id=people["head"].account_id,
            commune_code="00004",
            opened_at=now,
            last_seen_at=now,
        )
        end_delegation(delegation=given, by=people["chairman"])
        assert not may_sign(people["head"]) and not DeskSession.objects.exists()
        end_delegation(delegation=given, by=people["chairman"])
        assert Event.objects.filter(verb="delegation.ended").count() == 1

    def test_the_receiver_does_not_end_it(self, people: dict[str, Official]):
        given = give(people, "chairman", "head")
        with pytest.raises(MayNotGive):
            end_delegation(delegation=given, by=people["head"])

"""Two people at the same moment: never without an administrator, never two posts by one link."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from tenants.communes.current import in_commune
from tenants.history.events import verify_chain
from tenants.organisation.errors import OrganisationError
from tenants.organisation.invitations import DeadLink, accept_invitation, invitation_link, invite
from tenants.organisation.models import Official
from tenants.organisation.people import Post, change_official, end_work
from tests.at_once import at_once
from tests.factories import make_account, make_official
from tests.services.desk.pages import BA_DINH
from tests.tenants.organisation.test_invitations import confirmed

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def administrators() -> list[Official]:
    return [one for one in Official.objects.filter(active=True) if one.has_role("administrator")]


def test_administrators_who_dismiss_each_other_leave_one() -> None:
    with in_commune(BA_DINH):
        Official.objects.update(active=False)
        pair = [make_official("administrator", name=f"Quản trị {number}") for number in (1, 2)]
    clerk = Post("Văn thư", "Văn thư", None, ["clerk"])
    today = timezone.localdate()
    for turn in range(ROUNDS):
        with in_commune(BA_DINH):
            for one in pair:
                Official.objects.filter(pk=one.pk).update(roles="administrator", active=True)
            one, two = (Official.objects.get(pk=each.pk) for each in pair)
        acts = [
            partial(end_work, official=one, left_on=today, by=two),
            partial(change_official, official=two, post=clerk, by=one)
            if turn % 2
            else partial(end_work, official=two, left_on=today, by=one),
        ]
        results = at_once(BA_DINH, acts)
        refused = [each for each in results if isinstance(each, Exception)]
        assert len(refused) == 1 and isinstance(refused[0], OrganisationError), results
        with in_commune(BA_DINH):
            assert len(administrators()) == 1
            verify_chain()


def test_a_link_pressed_twice_at_once_makes_one_official() -> None:
    lan = confirmed(make_account("Vũ Thị Lan", email="lan@vidu.vn"))
    with in_commune(BA_DINH):
        by = make_official("administrator")
        post = Post("Vũ Thị Lan", "Văn thư", None, ["clerk"])
        invitation = invite(contact="lan@vidu.vn", post=post, by=by)
        token = invitation_link(invitation).rstrip("/").rsplit("/", 1)[1]
    results = at_once(BA_DINH, [partial(accept_invitation, token=token, account=lan)] * 3)
    assert sum(isinstance(each, Official) for each in results) == 1, results
    assert all(isinstance(each, Official | DeadLink) for each in results), results

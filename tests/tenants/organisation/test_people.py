"""Officials and departments are changed by administrators, in the open, and never the last one."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from services.cases.models import Case
from services.cases.processing import take_case
from tenants.accounts.models import DeskSession
from tenants.communes.current import CommuneInfo
from tenants.history.models import Event
from tenants.organisation.departments import (
    add_department,
    move_department,
    remove_department,
    rename_department,
)
from tenants.organisation.errors import (
    AlreadyThere,
    DepartmentInUse,
    LastAdministrator,
    NotAdministrator,
    NotYet,
    OwnRights,
    SignsWithoutLeading,
)
from tenants.organisation.models import Delegation, Department, Official
from tenants.organisation.people import Post, bring_back, change_official, end_work
from tests.factories import make_case, make_official

TODAY = timezone.localdate


@pytest.fixture
def phuoc(in_ba_dinh: CommuneInfo) -> Official:
    """The administrator."""
    return make_official("administrator")


@pytest.fixture
def bao(in_ba_dinh: CommuneInfo) -> Official:
    """A specialist."""
    return make_official("specialist")


def post_of(official: Official, **changed: Any) -> Post:
    fields = {
        "name": official.name,
        "title": official.title,
        "department": official.department,
        "roles": official.roles.split(),
        "may_sign": official.may_sign,
        "scope": official.scope.split(),
    }
    return Post(**{**fields, **changed})


def open_desk_of(official: Official, commune_code: str = "00004") -> DeskSession:
    now = timezone.now()
    return DeskSession.objects.create(
        account_id=official.account_id,
        commune_code=commune_code,
        opened_at=now,
        last_seen_at=now,
    )


def last_event() -> Event:
    event = Event.objects.order_by("sequence").last()
    assert event is not None
    return event


class TestRights:
    def test_a_change_says_who_changed_what_of_whom(self, phuoc: Official, bao: Official):
        post = post_of(bao, roles=["specialist", "head"], scope=["ho-tich"])
        change_official(official=bao, post=post, by=phuoc)
        event = last_event()
        assert (event.verb, event.subject_id, event.actor_id) == (
            "official.changed", bao.pk, phuoc.pk,
        )  # fmt: skip
        assert event.details == {
            "name": bao.name,
            "changes": {"roles": ["specialist", "specialist head"], "scope": ["", "ho-tich"]},
        }

    def test_nothing_changed_is_no_event(self, phuoc: Official, bao: Official):
        change_official(official=bao, post=post_of(bao), by=phuoc)
        assert not Event.objects.exists()

    @pytest.mark.parametrize(
        "changed",
        [{"roles": ["head"]}, {"scope": ["ho-tich"]}, {"roles": ["leader"], "may_sign": True}],
    )
    def test_it_closes_the_desks_of_this_commune_alone(
        self, phuoc: Official, bao: Official, changed: dict[str, Any]
    ):
        open_desk_of(bao)
        elsewhere, other = open_desk_of(bao, "00008"), open_desk_of(phuoc)
        change_official(official=bao, post=post_of(bao, **changed), by=phuoc)
        assert set(DeskSession.objects.all()) == {elsewhere, other}

    def test_a_new_title_closes_no_desk(self, phuoc: Official, bao: Official):
        desk = open_desk_of(bao)
        change_official(official=bao, post=post_of(bao, title="Chuyên viên"), by=phuoc)
        assert list(DeskSession.objects.all()) == [desk]

    @pytest.mark.parametrize(
        "changed",
        [{"roles": ["administrator", "leader"]}, {"roles": ["clerk"]}, {"scope": ["ho-tich"]}],
    )
    def test_nobody_changes_their_own(self, phuoc: Official, changed: dict[str, Any]):
        make_official("administrator", name="Lê Hai")
        with pytest.raises(OwnRights):
            change_official(official=phuoc, post=post_of(phuoc, **changed), by=phuoc)

    def test_one_s_own_name_and_title_are_one_s_own(self, phuoc: Official):
        change_official(official=phuoc, post=post_of(phuoc, title="Văn thư"), by=phuoc)
        assert Official.objects.get(pk=phuoc.pk).title == "Văn thư"

    def test_only_a_leader_signs(self, phuoc: Official, bao: Official):
        with pytest.raises(SignsWithoutLeading):
            change_official(official=bao, post=post_of(bao, may_sign=True), by=phuoc)

    def test_who_was_an_administrator_a_moment_ago_changes_nothing(
        self, phuoc: Official, bao: Official
    ):
        Official.objects.filter(pk=phuoc.pk).update(roles="clerk")
        with pytest.raises(NotAdministrator):
            change_official(official=bao, post=post_of(bao, roles=["head"]), by=phuoc)


class TestLeaving:
    def test_rights_desks_and_delegations_end(self, phuoc: Official, bao: Official):
        desk = open_desk_of(bao)
        day = TODAY()
        given = Delegation.objects.create(
            giver=bao, receiver=phuoc, capacity="authorised", roles="specialist", ground="QĐ 1",
            starts_on=day, ends_on=day,
        )  # fmt: skip
        end_work(official=bao, left_on=day, by=phuoc)
        gone = Official.objects.get(pk=bao.pk)
        assert (gone.active, gone.left_on) == (False, day)
        assert not DeskSession.objects.filter(pk=desk.pk).exists()
        assert Delegation.objects.get(pk=given.pk).ended_at is not None
        assert last_event().verb == "official.left"

    def test_cases_go_to_who_may_do_them_else_back_to_the_step(
        self, phuoc: Official, bao: Official
    ):
        birth, copy = make_case("1.001193", "received"), make_case("2.000815", "received")
        for case in (birth, copy):
            take_case(case=case, official=Official.objects.get(pk=bao.pk))
        able = make_official("specialist", name="Vũ Ba", scope="chung-thuc")
        handed = end_work(official=bao, left_on=TODAY(), to=able, by=phuoc)
        assert (handed.taken, handed.returned) == (1, 1)
        assert Case.objects.get(pk=copy.pk).handler_name == "Vũ Ba"
        assert Case.objects.get(pk=birth.pk).handler_id is None
        verbs = Event.objects.filter(subject_id=birth.pk).values_list("verb", flat=True)
        assert list(verbs)[-1] == "reassign"

    def test_the_last_administrator_stays(self, phuoc: Official):
        with pytest.raises(OwnRights):
            end_work(official=phuoc, left_on=TODAY(), by=phuoc)

    def test_two_administrators_cannot_send_each_other_away(self, phuoc: Official):
        other = make_official("administrator", name="Lê Hai")
        end_work(official=phuoc, left_on=TODAY(), by=other)
        with pytest.raises(NotAdministrator):
            end_work(official=other, left_on=TODAY(), by=phuoc)

    def test_the_lock_holds_the_last_one_even_if_all_else_failed(self, phuoc: Official):
        with pytest.raises((OwnRights, LastAdministrator)):
            change_official(official=phuoc, post=post_of(phuoc, roles=["clerk"]), by=phuoc)

    def test_rights_do_not_end_tomorrow(self, phuoc: Official, bao: Official):
        with pytest.raises(NotYet):
            end_work(official=bao, left_on=TODAY() + datetime.timedelta(days=1), by=phuoc)

    def test_who_left_comes_back_with_what_they_had(self, phuoc: Official, bao: Official):
        end_work(official=bao, left_on=TODAY(), by=phuoc)
        bring_back(official=bao, by=phuoc)
        back = Official.objects.get(pk=bao.pk)
        assert (back.active, back.left_on, back.roles) == (True, None, "specialist")
        assert last_event().details["roles"] == "specialist"


class TestDepartments:
    def test_they_are_added_renamed_and_put_in_order(self, phuoc: Official):
        one = add_department(name="Phòng Kinh tế", by=phuoc)
        two = add_department(name="Văn phòng", by=phuoc)
        rename_department(department=one, name="Phòng Kinh tế, Hạ tầng", by=phuoc)
        move_department(department=two, up=True, by=phuoc)
        move_department(department=two, up=True, by=phuoc)
        names = Department.objects.values_list("name", flat=True)
        assert list(names) == ["Văn phòng", "Phòng Kinh tế, Hạ tầng"]

    def test_two_do_not_have_one_name(self, phuoc: Official):
        add_department(name="Văn phòng", by=phuoc)
        with pytest.raises(AlreadyThere):
            add_department(name="VĂN PHÒNG", by=phuoc)

    def test_one_in_use_stays(self, phuoc: Official, bao: Official):
        one = add_department(name="Văn phòng", by=phuoc)
        Official.objects.filter(pk=bao.pk).update(department=one)
        with pytest.raises(DepartmentInUse):
            remove_department(department=one, by=phuoc)

    def test_an_empty_one_goes_and_who_left_it_stays(self, phuoc: Official, bao: Official):
        one = add_department(name="Văn phòng", by=phuoc)
        Official.objects.filter(pk=bao.pk).update(department=one, active=False)
        remove_department(department=one, by=phuoc)
        assert not Department.objects.exists()
        assert Official.objects.get(pk=bao.pk).department is None

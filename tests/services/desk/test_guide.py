"""The guide of the first case: what belongs to one's roles, and what one has done of it."""

from __future__ import annotations

import pytest

from services.cases.processing import take_case
from services.desk.guide import courses_for
from tenants.communes.current import in_commune
from tenants.organisation.models import Official
from tests.factories import the_official
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import BA_DINH, text_of

pytestmark = pytest.mark.django_db


def done_by(official: Official) -> dict[str, bool]:
    """Whether the official did each lesson, by its first verb."""
    lessons = (one for _role, lessons in courses_for(official) for one in lessons)
    return {sorted(one.lesson.verbs)[0]: one.done for one in lessons}


def test_what_one_did_is_ticked_and_nothing_else(case_at: CaseAt) -> None:
    case = case_at("received")
    with in_commune(BA_DINH):
        specialist = the_official("specialist")
        before = done_by(specialist)
        take_case(case=case, official=specialist)
        after = done_by(specialist)
    assert (before["take"], after["take"]) == (False, True)
    assert not after["propose_extension"]


def test_what_a_colleague_did_is_not_mine(case_at: CaseAt) -> None:
    case_at("approved")
    with in_commune(BA_DINH):
        assert done_by(the_official("leader"))["approve"]
        assert not done_by(the_official("clerk"))["release"]


def test_the_page_shows_the_lessons_of_ones_own_roles(desk: Desk) -> None:
    text = text_of(desk("clerk").get("/desk/huong-dan/"))
    assert "Đóng dấu, phát hành" in text and "0 trên 1 việc" in text
    assert "Xin gia hạn trước khi trễ" not in text


def test_who_only_manages_is_told_where_roles_are_given(desk: Desk) -> None:
    text = text_of(desk("administrator").get("/desk/huong-dan/"))
    assert "chưa có vai trò nào" in text

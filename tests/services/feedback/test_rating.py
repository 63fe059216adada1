"""Rating a case after its result was given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from services.cases.models import Case
from services.feedback.errors import NotFinished, RatingClosed
from services.feedback.models import Rating
from services.feedback.rating import OPEN_DAYS, may_rate, rate_case, rating_of, summary_since
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import Actor
from tests.factories import make_account, make_case
from tests.services.desk.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(ba_dinh: CommuneInfo) -> Iterator[CommuneInfo]:
    with in_commune(ba_dinh.code):
        yield ba_dinh


def say(case: Case, score: int = 5, comment: str = "") -> Rating:
    return rate_case(case=case, score=score, comment=comment, by=Actor.system())


def test_a_rating_comes_after_the_result(here: CommuneInfo) -> None:
    with pytest.raises(NotFinished):
        say(make_case(up_to="result_ready"))


def test_a_second_rating_replaces_the_first(here: CommuneInfo) -> None:
    case = make_case(up_to="returned")
    say(case, 2, "Chờ lâu")
    say(case, 4)
    rating = rating_of(case)
    assert rating is not None and (rating.score, rating.comment) == (4, None)
    assert Rating.objects.count() == 1


def test_after_a_month_it_is_too_late(here: CommuneInfo) -> None:
    case = make_case(up_to="returned")
    assert case.returned_at is not None and may_rate(case)
    with travel(case.returned_at + dt.timedelta(days=OPEN_DAYS, minutes=1), tick=False):
        assert not may_rate(case)
        with pytest.raises(RatingClosed):
            say(case)


def test_four_and_five_are_satisfied(here: CommuneInfo) -> None:
    for score in (5, 4, 3, 1):
        say(make_case(up_to="returned"), score)
    summary = summary_since(timezone.localdate())
    assert (summary.ratings, summary.satisfied, summary.share) == (4, 2, 50)
    assert summary.average == pytest.approx(3.25)


def test_on_the_page_of_the_case(
    ba_dinh: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]
) -> None:
    with in_commune(ba_dinh.code):
        account = make_account()
        case = make_case(up_to="returned", account=account)
    citizen = commune_client(ba_dinh)
    citizen.force_login(account)
    address = f"/ho-so/{case.code}/danh-gia/"
    assert address in text_of(citizen.get(f"/ho-so/{case.code}/"))
    assert citizen.post(address, {"score": "9"}).status_code == 422
    citizen.post(address, {"score": "5", "comment": "Nhanh, dễ hiểu"})
    with in_commune(ba_dinh.code):
        rating = Rating.objects.get()
    assert (rating.score, rating.comment) == (5, {"text": "Nhanh, dễ hiểu"})
    assert "Sửa đánh giá" in text_of(citizen.get(address))

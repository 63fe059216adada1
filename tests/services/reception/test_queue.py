"""Numbers without gaps, called once each and in a fair order."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from services.reception import queue
from services.reception.arranging import arrange_usually, change_line, leave_window, sit_at
from services.reception.errors import LineClosed, StillCalling, TicketMoved, WindowTaken
from services.reception.models import Line, Priority, Ticket, Window
from tenants.communes.current import CommuneInfo, in_commune
from tests.at_once import at_once
from tests.factories import make_official, the_official

pytestmark = pytest.mark.django_db
State = Ticket.State


@pytest.fixture
def here(hall: CommuneInfo) -> Iterator[CommuneInfo]:
    with in_commune(hall.code):
        yield hall


def window(number: int) -> Window:
    return Window.objects.get(number=number)


def take(letter: str = "A", *, minutes_ago: int = 0, priority: str = "") -> Ticket:
    """A ticket taken so many minutes ago."""
    ticket = queue.give_ticket(letter=letter, priority=priority)
    earlier = datetime.timedelta(minutes=minutes_ago)
    ticket.taken_at -= earlier
    ticket.rank_at -= earlier
    ticket.save()
    return ticket


def order(number: int) -> list[str]:
    """The numbers that a window calls, one after the other, until nobody waits."""
    called = []
    while (ticket := queue.call_next(window=window(number))) is not None:
        queue.serve(window=window(number), ticket_id=ticket.pk)
        called.append(ticket.label)
    return called


class TestNumbers:
    def test_each_line_counts_for_itself_from_one(self, here: CommuneInfo) -> None:
        labels = [take(letter).label for letter in ("A", "A", "B", "A", "B")]
        assert labels == ["A001", "A002", "B001", "A003", "B002"]

    def test_the_next_day_begins_with_one(self, here: CommuneInfo) -> None:
        take()
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        Line.objects.filter(letter="A").update(last_day=yesterday)
        Ticket.objects.update(day=yesterday)
        assert take().label == "A001"

    def test_a_rollback_takes_the_number_back(self, here: CommuneInfo) -> None:
        with transaction.atomic():
            take()
            transaction.set_rollback(True)
        assert take().label == "A001"

    def test_a_closed_line_gives_none(self, here: CommuneInfo) -> None:
        line = Line.objects.get(letter="A")
        change_line(
            official=the_official("head"),
            line_id=line.pk,
            name=line.name,
            head_start=20,
            is_open=False,
        )
        with pytest.raises(LineClosed, match="không phát số"):
            take()
        with pytest.raises(LineClosed):
            queue.give_ticket(letter="Z")


class TestOrder:
    def test_who_came_first_is_called_first_over_all_lines_of_the_window(
        self, here: CommuneInfo
    ) -> None:
        take("C", minutes_ago=3)
        take("A", minutes_ago=9)
        take("B", minutes_ago=30)
        take("A", minutes_ago=1)
        assert order(1) == ["A001", "C001", "A002"]

    def test_priority_passes_those_who_came_shortly_before_and_nobody_else(
        self, here: CommuneInfo
    ) -> None:
        take(minutes_ago=25)
        take(minutes_ago=15)
        take(priority=Priority.ELDERLY)
        assert order(1) == ["A001", "A003", "A002"]

    def test_however_many_have_priority_the_others_are_called_too(self, here: CommuneInfo) -> None:
        waits = take(minutes_ago=30)
        for minutes_ago in range(9, -1, -1):
            take(minutes_ago=minutes_ago, priority=Priority.PREGNANT)
        assert order(1)[0] == waits.label

    def test_the_commune_says_how_much_priority_counts(self, here: CommuneInfo) -> None:
        Line.objects.update(head_start=5)
        take(minutes_ago=10)
        take(priority=Priority.DISABLED)
        assert order(1) == ["A001", "A002"]

    def test_how_many_wait_before_follows_the_same_rule(self, here: CommuneInfo) -> None:
        ordinary = take(minutes_ago=10)
        first = take(priority=Priority.ELDERLY)
        assert (queue.waiting_before(first), queue.waiting_before(ordinary)) == (0, 1)


class TestAtTheWindow:
    def test_a_number_is_called_again_skipped_and_called_once_more(self, here: CommuneInfo) -> None:
        take()
        ticket = queue.call_next(window=window(1))
        assert ticket is not None and (ticket.state, ticket.calls) == (State.CALLED, 1)
        assert queue.call_again(window=window(1), ticket_id=ticket.pk).calls == 2
        queue.skip(window=window(1), ticket_id=ticket.pk)
        assert queue.call_next(window=window(1)) is None
        again = queue.call_again(window=window(1), ticket_id=ticket.pk)
        assert (again.state, again.calls, again.ended_at) == (State.CALLED, 3, None)

    def test_the_next_is_called_only_when_it_is_known_who_came(self, here: CommuneInfo) -> None:
        take(), take()
        first = queue.call_next(window=window(1))
        assert first is not None
        with pytest.raises(StillCalling, match="A001"):
            queue.call_next(window=window(1))
        queue.serve(window=window(1), ticket_id=first.pk)
        second = queue.call_next(window=window(1))
        first.refresh_from_db()
        assert second is not None and second.label == "A002"
        assert first.state == State.SERVED and first.ended_at is not None

    def test_who_is_sent_on_is_called_first_there_and_nowhere_else(self, here: CommuneInfo) -> None:
        take("B", minutes_ago=60)
        take("A")
        ticket = queue.call_next(window=window(1))
        assert ticket is not None
        queue.forward(window=window(1), ticket_id=ticket.pk, to=2)
        assert queue.call_next(window=window(1)) is None
        there = queue.call_next(window=window(2))
        assert there is not None and there.label == "A001"

    def test_a_number_that_is_elsewhere_is_refused_with_where_it_is(
        self, here: CommuneInfo
    ) -> None:
        take()
        ticket = queue.call_next(window=window(1))
        assert ticket is not None
        for move in (queue.skip, queue.serve, queue.finish):
            with pytest.raises(TicketMoved, match="A001 đã sang “đang gọi”"):
                move(window=window(2), ticket_id=ticket.pk)

    def test_the_days_figures_say_how_long_people_waited(self, here: CommuneInfo) -> None:
        take(minutes_ago=30), take(minutes_ago=10), take(minutes_ago=5)
        for _ in range(2):
            ticket = queue.call_next(window=window(1))
            assert ticket is not None
            queue.serve(window=window(1), ticket_id=ticket.pk)
        (figures,) = queue.figures_of(timezone.localdate())
        assert (figures.given, figures.waiting, figures.served) == (3, 1, 2)
        assert (figures.average_wait, figures.longest_wait) == (20, 30)

    def test_one_official_sits_at_one_window_and_one_window_has_one_official(
        self, here: CommuneInfo
    ) -> None:
        hoa, minh = the_official("reception"), make_official("reception", name="Lê Minh")
        sit_at(official=hoa, number=1)
        sit_at(official=hoa, number=2)
        with pytest.raises(WindowTaken, match="Quầy 2 đang có Nguyễn Thị Hoa"):
            sit_at(official=minh, number=2)
        leave_window(official=hoa)
        assert sit_at(official=minh, number=2).official_id == minh.pk


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Really at the same moment, each on a connection of its own."""

    def test_numbers_have_no_gap_and_no_window_gets_anothers(self, ba_dinh: CommuneInfo) -> None:
        with in_commune(ba_dinh.code):
            arrange_usually(official=the_official("head"))
            Window.objects.update(letters="A")
            for number in range(3, 9):
                Window.objects.create(number=number, letters="A")
            windows = list(Window.objects.all())
        given = at_once(ba_dinh.code, [lambda: queue.give_ticket(letter="A").number] * 16)
        assert sorted(given) == list(range(1, 17))
        called: list[str] = []
        for _round in range(2):
            tickets = at_once(
                ba_dinh.code, [lambda one=one: queue.call_next(window=one) for one in windows]
            )
            assert all(isinstance(one, Ticket) for one in tickets), tickets
            called += [one.label for one in tickets]
            with in_commune(ba_dinh.code):
                Ticket.objects.filter(state=State.CALLED).update(state=State.SERVED)
        assert sorted(called) == [f"A{number:03d}" for number in range(1, 17)]

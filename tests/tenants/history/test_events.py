"""The commune's history: a chain that only grows and that shows where it was broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Thread
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import (
    Actor,
    ChainBroken,
    events_of,
    hash_of,
    record_event,
    verify_chain,
)
from tenants.history.models import ChainHead, Event
from tenants.organisation.models import Official
from tests.database import TestServer


def record(subject: UUID | None = None, verb: str = "case.filed") -> Event:
    return record_event(
        verb=verb,
        subject_id=subject or uuid4(),
        actor=Actor.system(),
        from_state=1,
        to_state=2,
        details={"reason": "Thiếu giấy chứng sinh", "on": date(2026, 11, 22)},
    )


def test_events_form_a_chain_that_verifies(in_ba_dinh: CommuneInfo) -> None:
    first, second, third = record(), record(), record()

    assert [first.sequence, second.sequence, third.sequence] == [1, 2, 3]
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert verify_chain() == 3


def test_an_empty_history_verifies(in_ba_dinh: CommuneInfo) -> None:
    assert verify_chain() == 0


def test_details_are_read_back_and_lie_sealed(in_ba_dinh: CommuneInfo) -> None:
    event = record()

    assert Event.objects.get(pk=event.pk).details == {
        "reason": "Thiếu giấy chứng sinh",
        "on": "2026-11-22",
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT details FROM history_event")
        assert "Thiếu".encode() not in bytes(cursor.fetchone()[0])


def test_the_actor_is_frozen_as_they_are_called_today(in_ba_dinh: CommuneInfo) -> None:
    official = Official.objects.create(
        account_id=uuid4(), name="Nguyễn Thị Hoa", title="Chuyên viên", roles="reception"
    )
    account = Account.objects.create_account(full_name="Trần Văn An", phone="0912345678")
    subject = uuid4()
    record_event(verb="case.accepted", subject_id=subject, actor=Actor.official(official))
    record_event(verb="case.withdrawn", subject_id=subject, actor=Actor.citizen(account))
    Official.objects.update(name="Nguyễn Thị Hồng", title="Phó Chủ tịch")

    by_official, by_citizen = events_of(subject)

    assert (by_official.actor_name, by_official.actor_title) == ("Nguyễn Thị Hoa", "Chuyên viên")
    assert (by_citizen.actor_kind, by_citizen.actor_id) == ("citizen", account.pk)
    assert verify_chain() == 2


def test_events_of_a_subject_come_oldest_first(in_ba_dinh: CommuneInfo) -> None:
    subject = uuid4()
    record(subject, "case.filed")
    record(verb="somebody else")
    record(subject, "case.accepted")

    assert [event.verb for event in events_of(subject)] == ["case.filed", "case.accepted"]


def test_each_commune_has_a_chain_of_its_own(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo) -> None:
    with in_commune("00004"):
        record()
        record()
    with in_commune("00008"):
        assert record().sequence == 1
        assert verify_chain() == 1


def test_an_event_goes_with_the_transaction_that_recorded_it(in_ba_dinh: CommuneInfo) -> None:
    record()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record()
        raise ZeroDivisionError

    assert record().sequence == 2
    assert verify_chain() == 2


def test_an_event_costs_three_statements(in_ba_dinh: CommuneInfo) -> None:
    record()
    with CaptureQueriesContext(connection) as queries:
        record()

    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 3


def change_verb() -> None:
    Event.objects.filter(sequence=2).update(verb="case.refused")


def change_sealed_details() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE history_event SET details = (SELECT details FROM history_event"
            " WHERE sequence = 3) WHERE sequence = 2"
        )


def remove_one() -> None:
    Event.objects.filter(sequence=2).delete()


def remove_and_close_the_gap() -> None:
    Event.objects.filter(sequence=2).delete()
    Event.objects.filter(sequence=3).update(sequence=2)


def rewrite_with_its_own_hash() -> None:
    event = Event.objects.get(sequence=2)
    event.verb = "case.refused"
    event.hash = hash_of(event)
    event.save()


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        (change_verb, 2),
        (change_sealed_details, 2),
        (remove_one, 2),
        (remove_and_close_the_gap, 2),
        # The event itself is consistent again: the one after it no longer joins on.
        (rewrite_with_its_own_hash, 3),
    ],
)
def test_the_first_broken_link_is_named(
    as_owner: None, change: Callable[[], None], broken_at: int
) -> None:
    with in_commune("00004"):
        for _ in range(4):
            record()
        change()

        with pytest.raises(ChainBroken, match=f"số {broken_at}") as caught:
            verify_chain()

    assert caught.value.sequence == broken_at


def test_events_cut_off_at_the_end_are_noticed(as_owner: None) -> None:
    with in_commune("00004"):
        for _ in range(3):
            record()
        Event.objects.filter(sequence=3).delete()

        with pytest.raises(ChainBroken) as caught:
            verify_chain()

    assert caught.value.sequence == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history_event SET verb = 'x'",
        "DELETE FROM history_event",
        "TRUNCATE history_event",
        "SELECT * FROM history_event FOR UPDATE",
    ],
)
def test_the_application_may_not_touch_an_event(in_ba_dinh: CommuneInfo, statement: str) -> None:
    record()

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert verify_chain() == 1


def test_two_writers_at_once_do_not_share_a_place_in_the_chain(
    transactional_db: None, django_db_setup: TestServer
) -> None:
    def write() -> None:
        try:
            with in_commune("00004"):
                for _ in range(10):
                    record()
        finally:
            connections.close_all()

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with in_commune("00004"):
        assert verify_chain() == 40
        assert ChainHead.objects.get().sequence == 40

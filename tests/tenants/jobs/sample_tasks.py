"""Tasks for the tests of the queue. Their effects are rows of desks: any shared table would do."""

from __future__ import annotations

import os
import time
import urllib.request
from pathlib import Path

from django.db import connection
from django_tasks import task

from tenants.communes.current import current_commune
from tenants.jobs.models import FLEET_QUEUE
from tests.second_factor import make_desk

ran: list[tuple[str, str]] = []


@task()
def note(text: str) -> None:
    """Remember in which commune this ran."""
    ran.append((current_commune().code, text))


@task()
def note_nothing() -> None:
    """Remember in which commune this ran; as scheduled tasks, without arguments."""
    ran.append((current_commune().code, ""))


@task()
def effect(account_id: str) -> None:
    """Leave a row behind."""
    make_desk(account_id, current_commune().code)


@task()
def effect_then_fail(account_id: str) -> None:
    """Leave a row behind, then fail with a message that names a person."""
    make_desk(account_id, current_commune().code)
    raise ValueError("số 001190012345 của lan@vidu.vn, điện thoại 0912 345 678")


@task()
def effect_then_hang(account_id: str, started: str) -> None:
    """Leave a row behind; the first time also hang until the process is killed."""
    make_desk(account_id, current_commune().code)
    if not Path(started).exists():
        Path(started).write_text(str(os.getpid()))
        time.sleep(60)


@task(queue_name=FLEET_QUEUE)
def create_schema(name: str) -> None:
    """Do at the centre what only the owner's role may."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {name}")


@task(queue_name=FLEET_QUEUE)
def where_am_i() -> None:
    """Remember that this ran in no commune."""
    ran.append((connection.schema_name, "fleet"))  # type: ignore[attr-defined]


@task()
def write_file(path: str) -> None:
    """Show the outside that this ran, and where."""
    Path(path).write_text(current_commune().code)


@task()
def tell_partner(account_id: str, url: str) -> None:
    """Leave a row here and tell a partner, with a key by which it knows a repeated call."""
    make_desk(account_id, current_commune().code)
    with urllib.request.urlopen(f"{url}?key={account_id}", data=b"", timeout=10) as answer:
        answer.read()


@task()
def write_timeouts(path: str) -> None:
    """Show the outside how long this may take."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        )
        Path(path).write_text(" ".join(cursor.fetchone()))


@task()
def enqueue_another() -> None:
    """Enqueue a job from a job."""
    note.enqueue("second")


def not_a_task() -> None:
    """A function that nobody marked as a task."""

"""Housekeeping: sessions, desks and counts that have run out go, the others stay."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from tenants.accounts import tasks
from tenants.accounts.desk import LONGEST
from tenants.accounts.models import DeskSession, Tries
from tenants.jobs.models import FLEET_QUEUE
from tenants.jobs.runner import run_pending_jobs
from tests.factories import make_account


def make_session(name: str, age: timedelta) -> None:
    Session.objects.create(session_key=name, session_data="", expire_date=timezone.now() - age)


def make_desk(age: timedelta) -> None:
    at = timezone.now() - age
    DeskSession.objects.create(
        account_id=uuid4(), commune_code="00004", opened_at=at, last_seen_at=at
    )


def test_what_ran_out_is_removed_bite_by_bite(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    minute = timedelta(minutes=1)
    for number in range(5):
        make_session(f"over {number}", minute)
        make_desk(LONGEST + minute)
        Tries.objects.create(key=f"over {number}", count=1, until=timezone.now() - minute)
    person = make_account()
    for name in ("over 1", "in use", "long gone"):
        UserSession.objects.create(user=person, ip="127.0.0.1", session_key=name)
    make_session("in use", -minute)
    make_desk(LONGEST - minute)
    Tries.objects.create(key="counting", count=1, until=timezone.now() + minute)

    tasks.remove_expired_sessions.enqueue()

    assert run_pending_jobs([FLEET_QUEUE]) == 3
    assert Session.objects.get().session_key == "in use"
    assert DeskSession.objects.get().opened_at > timezone.now() - LONGEST
    assert UserSession.objects.get().session_key == "in use"
    assert Tries.objects.get().key == "counting"

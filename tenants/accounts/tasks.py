"""Housekeeping of sessions, desks and counted tries that have run out."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django_tasks import task

from tenants.accounts.desk import LONGEST
from tenants.accounts.models import DeskSession, Tries
from tenants.jobs.models import FLEET_QUEUE

# One transaction of this size is a fraction of a second.
AT_ONCE = 5000


@task(queue_name=FLEET_QUEUE)
def remove_expired_sessions() -> None:
    """Remove sessions, desks and counts that nobody can use any more, bite by bite."""
    now = timezone.now()
    removed = (
        _remove_some(Session.objects.filter(expire_date__lt=now)),
        _remove_some(DeskSession.objects.filter(opened_at__lt=now - LONGEST)),
        _remove_some(Tries.objects.filter(until__lt=now)),
        _remove_some(UserSession.objects.filter(~Exists(_its_session()))),
    )
    if AT_ONCE in removed:
        remove_expired_sessions.enqueue()


def _its_session() -> models.QuerySet[Session]:
    return Session.objects.filter(session_key=OuterRef("session_key"))


def _remove_some(rows: models.QuerySet[Any]) -> int:
    """Remove at most so many of the rows in one statement; return how many there were."""
    some = rows.values("pk")[:AT_ONCE]
    removed: int = rows.model._default_manager.filter(pk__in=some).delete()[0]
    return removed

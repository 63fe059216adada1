"""Counting tries: exactly as many pass as may, in however many processes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tenants.accounts import tries
from tenants.accounts.models import Tries
from tests.at_once import at_once

PHONE = "0912345678"


def test_as_many_pass_as_may_and_no_more(db: None) -> None:
    assert [tries.take("code", PHONE, 3, 60) for _ in range(5)] == [True] * 3 + [False] * 2


def test_scopes_and_subjects_are_counted_apart(db: None) -> None:
    assert tries.take("code", PHONE, 1, 60)
    assert tries.take("code", "0987654321", 1, 60)
    assert tries.take("sign-in", PHONE, 1, 60)
    assert not tries.take("code", PHONE, 1, 60)


def test_a_window_that_has_passed_begins_anew(db: None) -> None:
    for _ in range(3):
        tries.take("code", PHONE, 2, 60)
    Tries.objects.update(until=timezone.now() - timedelta(seconds=1))

    assert [tries.take("code", PHONE, 2, 60) for _ in range(3)] == [True, True, False]
    assert Tries.objects.get().until > timezone.now() + timedelta(seconds=50)


def test_a_try_can_be_given_back_and_all_forgotten(db: None) -> None:
    assert tries.take("code", PHONE, 1, 60)
    tries.give_back("code", PHONE)
    assert tries.take("code", PHONE, 1, 60)
    tries.forget("code", PHONE)
    assert tries.take("code", PHONE, 1, 60)
    assert not tries.take("code", PHONE, 1, 60)


def test_the_table_does_not_tell_who_tried(db: None) -> None:
    tries.take("code", PHONE, 1, 60)

    assert PHONE not in str(Tries.objects.values().get())


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_at_the_same_moment_exactly_the_limit_passes() -> None:
    passed = at_once("00004", [lambda: tries.take("code", PHONE, 5, 60)] * 16)

    assert sorted(passed) == [False] * 11 + [True] * 5


@pytest.mark.django_db(transaction=True)
def test_a_count_cannot_be_undone_by_what_follows() -> None:
    """Counted inside a transaction, a try would be forgotten together with the failure."""
    with pytest.raises(RuntimeError), transaction.atomic():
        tries.take("code", PHONE, 1, 60)

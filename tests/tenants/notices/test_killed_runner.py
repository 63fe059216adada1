"""Runners killed at every point of sending: each message reaches its phone, and reaches it once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings

from bench.desk.killing import go_on, kill_runners, sending_through
from bench.desk.partner import CountingPartner
from tenants.communes.current import in_commune
from tenants.jobs.models import Job
from tenants.notices.models import Delivery
from tenants.notices.notices import notify

# The others are gone through by `make bench-desk`.
POINTS = ("decided", "before_call", "in_call", "before_commit", "refused")
PHONES = [f"09120010{number:02d}" for number in range(8)]


@pytest.fixture
def partner() -> Iterator[CountingPartner]:
    server = CountingPartner()
    yield server
    server.close()


@pytest.mark.slow
def test_no_message_is_lost_and_none_rings_twice(
    transactional_db: None, partner: CountingPartner
) -> None:
    with in_commune("00004"):
        for number, phone in enumerate(PHONES):
            notify(
                account_id=None,
                commune_code="00004",
                subject_id=uuid4(),
                code=f"H26-{number}",
                kind="filed",
                title="Đã nhận hồ sơ",
                body="Giữ mã này để tra cứu.",
                path="/tra-cuu/",
                phone=phone,
            )
    environment = sending_through(partner, {**os.environ, "BASE_DOMAIN": settings.BASE_DOMAIN})

    assert kill_runners(POINTS, partner, environment) == len(POINTS)
    go_on(environment, lambda: not Job.objects.exclude(state="done").exists())

    assert partner.done == {f"+84{phone[1:]}": 1 for phone in PHONES}
    # Two of the points lie after the partner took it: it heard of that again, and knew the key.
    assert sum(partner.asked.values()) == len(PHONES) + 2
    sent = Delivery.objects.filter(channel="sms")
    assert {str(one.pk) for one in sent} == set(partner.asked)
    assert {one.state for one in sent} == {"sent"}
    assert {one.reason for one in Delivery.objects.filter(channel="email")} == {"no_address"}

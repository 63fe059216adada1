"""Sending, and the housekeeping of what was sent.

In a queue of its own behind the others: a partner that takes ten seconds to answer holds up one
job at a time, and printing goes first.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks import task

from tenants.jobs.models import FLEET_QUEUE
from tenants.jobs.runner import BACK_OFF
from tenants.kit.sms import SmsRefused
from tenants.notices.delivering import hand_to_partner, plan, what_went_wrong
from tenants.notices.models import Delivery, Notice

logger = logging.getLogger(__name__)

QUEUE = "notices"
# One transaction of this size is a fraction of a second.
AT_ONCE = 2000

# Keys begin with the time of writing, so what is old stands at the beginning of their index.
_OLD = "SELECT id FROM notices_notice WHERE id < %(before)s ORDER BY id LIMIT %(most)s"


@task(queue_name=QUEUE)
def deliver_notice(notice_id: str) -> None:
    """Decide by which ways a notice leaves the house, and queue one job for each."""
    notice = Notice.objects.filter(pk=notice_id).first()
    if notice is None or notice.deliveries.exists():
        return
    for delivery in Delivery.objects.bulk_create(plan(notice)):
        if delivery.state == Delivery.State.WAITING:
            send_delivery.enqueue(str(delivery.pk))


@task(queue_name=QUEUE)
def send_delivery(delivery_id: str) -> None:
    """Hand one delivery to its partner; what was sent is never sent again.

    The row's lock lets one runner try at a time. The mark "sent" and the job's end are one
    transaction: a runner that dies in between sends again, under the same key. A partner's fault
    is noted and tried again later with the waits of all jobs, until it is a person's turn.
    """
    found = Delivery.objects.select_related("notice").select_for_update(of=("self",))
    delivery = found.filter(pk=delivery_id, state=Delivery.State.WAITING).first()
    if delivery is None:
        return
    delivery.attempts += 1
    try:
        hand_to_partner(delivery)
    except Exception as error:
        _note_failure(delivery, error)
    else:
        delivery.state, delivery.error = Delivery.State.SENT, ""
        delivery.sent_at = timezone.now()
    delivery.save(update_fields=["state", "attempts", "error", "sent_at"])


def _note_failure(delivery: Delivery, error: Exception) -> None:
    delivery.error = what_went_wrong(error)
    logger.warning("notice not taken, attempt %s: %s", delivery.attempts, delivery.error)
    if delivery.attempts > len(BACK_OFF) or isinstance(error, SmsRefused):
        delivery.state = Delivery.State.FAILED
        return
    wait = BACK_OFF[delivery.attempts - 1]
    send_delivery.using(run_after=timezone.now() + wait).enqueue(str(delivery.pk))


@task(queue_name=FLEET_QUEUE)
def remove_old_notices() -> None:
    """Remove notices older than `NOTICES_KEPT_DAYS`, bite by bite; histories of cases stay."""
    until = timezone.now() - timedelta(days=settings.NOTICES_KEPT_DAYS)
    before = UUID(int=int(until.timestamp() * 1000) << 80)
    values: dict[str, Any] = {"before": before, "most": AT_ONCE}
    with connection.cursor() as cursor:
        cursor.execute(_OLD, values)
        old = [key for (key,) in cursor.fetchall()]
    Delivery.objects.filter(notice_id__in=old).delete()
    Notice.objects.filter(pk__in=old).delete()
    if len(old) == AT_ONCE:
        remove_old_notices.enqueue()

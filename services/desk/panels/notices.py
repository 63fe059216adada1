"""What the applicant was told, and how each notice left the house."""

from __future__ import annotations

from typing import Any

from services.desk.panels import Reading
from tenants.notices.models import Audience, Delivery
from tenants.notices.notices import leaves_the_house, masked_address, notices_of_subject

_TAGS = {
    Delivery.State.SENT: "done",
    Delivery.State.WAITING: "now",
    Delivery.State.FAILED: "late",
    Delivery.State.NOT_SENT: "plain",
}


def notices(reading: Reading) -> dict[str, Any]:
    """The applicant's notices, the newest first, each with its letters and messages."""
    told = [
        {
            "notice": notice,
            "title": notice.content["title"],
            "ways": [_way(delivery) for delivery in notice.deliveries.all()],
            "on_paper": not leaves_the_house(notice),
        }
        for notice in notices_of_subject(reading.case.pk)
        if notice.audience == Audience.CITIZEN
    ]
    return {
        "told": told[::-1],
        "unsent": sum(way["failed"] for one in told for way in one["ways"]),
    }


def _way(delivery: Delivery) -> dict[str, Any]:
    state = Delivery.State(delivery.state)
    return {
        "delivery": delivery,
        "channel": delivery.get_channel_display(),
        "address": masked_address(delivery),
        "tag": _TAGS[state],
        "state": state.label,
        "why": delivery.get_reason_display() if delivery.reason else delivery.error,
        "failed": state == Delivery.State.FAILED,
    }

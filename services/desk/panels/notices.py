"""What the applicant was told, and how each notice left the house."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from services.desk.panels import Reading
from tenants.kit.sms import SmsRefused
from tenants.notices.models import Audience, Channel, Delivery
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


def _fault(delivery: Delivery) -> str:
    """What the partner did not do, and its code for whoever asks there."""
    if not delivery.error:
        return ""
    if delivery.channel == Channel.EMAIL:
        text = _("máy chủ thư chưa nhận (%(code)s)")
    elif delivery.error.startswith(SmsRefused.__name__):
        text = _("tổng đài từ chối số này hoặc tin này (%(code)s)")
    else:
        text = _("tổng đài tin nhắn chưa nhận (%(code)s)")
    tried = _("đã thử %(n)s lần") % {"n": delivery.attempts}
    return f"{text % {'code': delivery.error}}, {tried}"


def _way(delivery: Delivery) -> dict[str, Any]:
    state = Delivery.State(delivery.state)
    return {
        "delivery": delivery,
        "channel": delivery.get_channel_display(),
        "address": masked_address(delivery),
        "tag": _TAGS[state],
        "state": state.label,
        "why": delivery.get_reason_display() if delivery.reason else _fault(delivery),
        "failed": state == Delivery.State.FAILED,
    }

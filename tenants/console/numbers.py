"""Numbers, times and durations as the operator's pages write them."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext as _


def grouped(number: int) -> str:
    """Return a number with its thousands apart: "3.321", in English "3,321"."""
    return f"{number:,}".replace(",", str(get_format("THOUSAND_SEPARATOR")))


def local_minute(at: datetime.datetime | None) -> str:
    """Return a moment in local time, "14:05 21/11/2026"; nothing for none."""
    return f"{timezone.localtime(at):%H:%M %d/%m/%Y}" if at else ""


def duration(seconds: float) -> str:
    """Return a duration in the two largest units that say something: "3 phút 20 giây"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("%(n)d giây") % {"n": whole}
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        text = _("%(n)d phút") % {"n": minutes}
        return f"{text} {duration(rest)}" if rest and minutes < 10 else text
    hours, rest = divmod(minutes, 60)
    text = _("%(n)d giờ") % {"n": hours}
    return f"{text} {duration(rest * 60)}" if rest else text


def ago(at: datetime.datetime, now: datetime.datetime) -> str:
    """Return how long ago a moment was: "3 phút 20 giây trước"."""
    return _("%(duration)s trước") % {"duration": duration((now - at).total_seconds())}

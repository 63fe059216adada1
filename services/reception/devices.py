"""Kiosks and call screens: which devices they are, and that nothing else takes tickets.

An official signs in at the device once and makes it one. It gets a cookie of its own, of this
host alone, signed for the commune; the database holds a digest. At the same moment the official's
desk is closed and they are signed out there: the device stands in the open and knows nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from services.reception.models import Device
from tenants.communes.current import current_commune
from tenants.history.events import Actor, record_event
from tenants.kit.rows import read_row
from tenants.organisation.models import Official

# The prefix makes browsers insist on this very host, on Secure and on the whole path.
COOKIE = "__Host-device"
# Browsers keep none longer; it is set anew on days on which the device is used.
LASTS = timedelta(days=400)


def _salt() -> str:
    return f"device:{current_commune().code}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def pair_device(*, official: Official, kind: str, name: str) -> tuple[Device, str]:
    """Make a device a kiosk or screen; returns it with the key that its cookie will hold."""
    key = secrets.token_urlsafe(32)
    device = Device.objects.create(
        kind=kind,
        name=name,
        key_digest=_digest(key),
        paired_at=timezone.now(),
        paired_by=official.name,
        seen_on=timezone.localdate(),
    )
    record_event(
        verb="device.paired",
        subject_id=device.pk,
        actor=Actor.official(official),
        details={"name": name, "kind": str(device.get_kind_display())},
    )
    return device, key


@transaction.atomic
def revoke_device(*, official: Official, device_id: UUID) -> Device:
    """Let a device be one no longer; doing it twice is no error."""
    device = Device.objects.select_for_update().get(pk=device_id)
    if device.revoked_at is None:
        device.revoked_at = timezone.now()
        device.save(update_fields=["revoked_at"])
        record_event(
            verb="device.revoked",
            subject_id=device.pk,
            actor=Actor.official(official),
            details={"name": device.name, "kind": str(device.get_kind_display())},
        )
    return device


def devices() -> list[Device]:
    """All devices in use, the newest first."""
    return list(Device.objects.filter(revoked_at=None).order_by("-paired_at"))


def get_device(request: HttpRequest, kind: str) -> Device:
    """The device that asks, if it is one of this kind here, else 404."""
    value = request.get_signed_cookie(COOKIE, default="", salt=_salt(), max_age=LASTS)
    device_id, _dot, key = str(value or "").partition(".")
    device = _find(device_id) if key else None
    if (
        device is None
        or device.kind != kind
        or device.revoked_at is not None
        or not hmac.compare_digest(device.key_digest, _digest(key))
    ):
        raise Http404
    return device


def _find(device_id: str) -> Device | None:
    try:
        return read_row(Device, "a.id = %s", [UUID(device_id)])
    except ValueError:
        return None


def set_device_cookie(response: HttpResponseBase, device: Device, key: str) -> None:
    """Give the device its key."""
    response.set_signed_cookie(
        COOKIE,
        f"{device.pk}.{key}",
        salt=_salt(),
        max_age=int(LASTS.total_seconds()),
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def note_seen(request: HttpRequest, response: HttpResponseBase, device: Device) -> None:
    """On a new day write down that the device is in use, and let its cookie last on."""
    today = timezone.localdate()
    if device.seen_on == today:
        return
    Device.objects.filter(pk=device.pk).update(seen_on=today)
    value = request.get_signed_cookie(COOKIE, salt=_salt(), max_age=LASTS)
    set_device_cookie(response, device, str(value).partition(".")[2])

"""The gateways through which citizens pay, by the name that payments carry."""

from __future__ import annotations

from services.payments.gateways.base import Gateway
from services.payments.gateways.vnpay import VNPAY
from services.payments.models import Receiver

GATEWAYS: dict[str, Gateway] = {gateway.name: gateway for gateway in (VNPAY,)}


def open_gateways(receiver: Receiver) -> list[Gateway]:
    """The gateways with which the commune has a contract."""
    return [gateway for gateway in GATEWAYS.values() if gateway.is_open(receiver)]

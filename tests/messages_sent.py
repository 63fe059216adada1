"""What was sent to phones and addresses during a test."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.core import mail


def texts_to(contact: str) -> list[str]:
    """The messages to a phone number (`0xxxxxxxxx`) or an address, oldest first."""
    if "@" in contact:
        return [f"{one.subject}\n{one.body}" for one in mail.outbox if contact in one.to]
    files = sorted(Path(settings.SMS_FILE_PATH).glob("*.txt"))
    found = [file.read_text().split("\n", 1) for file in files]
    return [text for phone, text in found if phone == contact]


def code_to(contact: str) -> str:
    """The code in the last message to this contact."""
    [code] = re.findall(r"\b\d{6}\b", texts_to(contact)[-1])
    return str(code)


def wrong_code(right: str) -> str:
    """Six digits that are not the code."""
    return "000000" if right != "000000" else "111111"


class BrokenGateway:
    """A gateway of phones that takes no message; the reason names whom it was for."""

    def send(self, phone: str, text: str, key: str) -> None:
        """Refuse."""
        from tenants.kit.sms import SmsFailed

        raise SmsFailed(f"{phone}: no route")

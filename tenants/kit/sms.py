"""Messages to phones. Which gateway takes them is a setting; none is known by name here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol, cast

import uuid6
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string


class SmsFailed(Exception):
    """The gateway did not take the message; sending it again later may help."""


class Sender(Protocol):
    """What takes a message to a phone."""

    def send(self, phone: str, text: str) -> None:
        """Hand over one message; raises SmsFailed when it was not taken."""


class FileSender:
    """Writes each message into a file of its own, for development: no phone rings."""

    def send(self, phone: str, text: str) -> None:
        """Write the message where its reader on this machine finds it, readable by nobody else."""
        folder = Path(settings.SMS_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{timezone.now():%Y%m%d-%H%M%S}-{uuid6.uuid7()}.txt"
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{phone}\n{text}\n")


def send_sms(phone: str, text: str) -> None:
    """Send a message to a number in its stored form (`0xxxxxxxxx`); raises SmsFailed."""
    sender = cast(Sender, import_string(settings.SMS_BACKEND)())
    sender.send(phone, text)

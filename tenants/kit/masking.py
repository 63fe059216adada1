"""Keeping people out of logs and error reports: numbers, addresses, cookies, codes, what was sent.

Logs are read by more people than the data. What is written there says what went wrong and where;
whom it concerned is found through the case, by those who may.
"""

from __future__ import annotations

import logging
import re
from collections.abc import ItemsView
from types import TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

_GONE = "…"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # What PostgreSQL adds to an error: the row, or the value that was there already.
    (re.compile(r"(?m)^(\s*DETAIL:).*$"), rf"\1 {_GONE}"),
    # Query strings: codes, tickets, what was searched for.
    (re.compile(r"\?[^\s\"'<>]*=[^\s\"'<>]*"), f"?{_GONE}"),
    (re.compile(r"(?i)\b((?:set-)?cookie|authorization)(['\"]?\s*[:=]\s*).+"), rf"\1\2{_GONE}"),
    (
        re.compile(
            r"(?i)\b(\w*(?:sessionid|host-desk|csrf\w*|passw(?:or)?d\w*|secret|token|otp|code))"
            r"(['\"]?\s*[:=]\s*['\"]?)[^\s'\",;&)}\]]+"
        ),
        rf"\1\2{_GONE}",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"), f"{_GONE}@{_GONE}"),
    # Phones, then identity numbers: twelve digits, or the nine of older cards.
    (re.compile(r"(?<![\w.])(?:\+?84|0)(?:[ .-]?\d){9}(?!\w)"), _GONE),
    (re.compile(r"(?<![\w])\d(?:[ .]?\d){11}(?!\w)"), _GONE),
    (re.compile(r"(?<![\w])\d(?:[ .]?\d){8}(?!\w)"), _GONE),
)


def mask_text(text: str) -> str:
    """Return a text without what could name a person or open something."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


class MaskingFormatter(logging.Formatter):
    """Masks a whole record: its message with arguments, its exception, its stack."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked line, and the lines of its traceback."""
        return mask_text(super().format(record))


class ErrorReportFilter(SafeExceptionReporterFilter):
    """Reports of errors, Django's page for developers too, without what anybody sent or typed."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Hide on every machine, a developer's too."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Return the names of what was sent."""
        return {} if request is None else dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        """Return the names of the cookies."""
        return dict.fromkeys(request.COOKIES, self.cleansed_substitute)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: TracebackType
    ) -> ItemsView[str, Any]:
        """Return the names of what the code held, not the values: answers pass through it."""
        names = tb_frame.f_locals  # type: ignore[attr-defined]  # a frame, whatever the stubs say
        return dict.fromkeys(names, self.cleansed_substitute).items()

"""What every answer to bad input must be: no failure of ours, soon, in words, nothing lost."""

from __future__ import annotations

import html
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.http.response import HttpResponseBase

LONGEST_SECONDS = 10.0
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffd-\uffff]")


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever a request wrote, so that the next one finds the same."""
    around = transaction.atomic()
    # Views may ask for a transaction of their own: this one is the test's, not the caller's.
    around._from_testcase = True  # type: ignore[attr-defined]
    with around:
        yield
        transaction.set_rollback(True)


def answer_to(ask: Callable[[], HttpResponseBase], place: str) -> HttpResponseBase:
    """Ask, look at what every answer must be, and take back what was written."""
    began = time.monotonic()
    with undone():
        response = ask()
        if response.streaming:  # type: ignore[attr-defined]
            b"".join(response.streaming_content)  # type: ignore[attr-defined]
    seconds = time.monotonic() - began
    if response.status_code >= 500:
        cause = (getattr(response, "exc_info", None) or (None, None, None))[1]
        raise AssertionError(f"{place}: {response.status_code}, {cause!r}") from cause
    assert seconds < LONGEST_SECONDS, f"{place}: {seconds:.1f} s"
    return response


def plain(text: str) -> str:
    """A text without what nobody sees and without how it is composed."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text))


def source_of(response: HttpResponseBase) -> str:
    """The page that was answered."""
    content: bytes = b"" if response.streaming else response.content  # type: ignore[attr-defined]
    return html.unescape(content.decode())


def comes_back(response: HttpResponseBase, typed: str) -> bool:
    """Whether a page that was drawn again shows what was typed."""
    return plain(typed) in plain(source_of(response))

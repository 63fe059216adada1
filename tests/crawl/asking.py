"""Asking the product in this process, as a browser would: every answer read whole, nothing kept.

Each request runs in a transaction that is undone, so the next one finds the same world. What it
touched is taken from PostgreSQL's own counters: in which schemas rows were read or written.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, ClientHandler, encode_multipart

from tests.crawl.canaries import read_out

_TOUCHED = """
SELECT schemaname, SUM(seq_scan + COALESCE(idx_scan, 0)),
    SUM(n_tup_ins + n_tup_upd + n_tup_del)
FROM pg_stat_xact_user_tables WHERE schemaname LIKE 'xa\\_%%' GROUP BY schemaname
"""


@dataclass(frozen=True)
class Question:
    """One request: who asks is in the cookies."""

    method: str
    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None
    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    check_csrf: bool = False

    @property
    def known(self) -> str:
        """What whoever asks knows already, because they said it themselves."""
        said = [self.path, *self.query.values(), *self.headers.values()]
        said += [str(value) for value in (self.data or {}).values() if isinstance(value, str)]
        return " ".join(said).lower()

    def __str__(self) -> str:
        query = f"?{urlencode(self.query)}" if self.query else ""
        data = f" {dict(self.data)}" if self.data else ""
        return f"{self.method} {self.host}{self.path}{query}{data}"


@dataclass
class Answer:
    """What came back; `reads` and `writes` are rows' counts by schema of communes."""

    status: int
    headers: dict[str, str]
    cookies: Any
    body: bytes
    error: str = ""
    reads: dict[str, int] = field(default_factory=dict)
    writes: dict[str, int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where the answer leads, without the host."""
        return urlsplit(self.headers.get("Location", "")).path

    @property
    def text(self) -> str:
        """Everything that the answer says, unpacked."""
        said = [f"{name}: {value}" for name, value in self.headers.items()]
        return "\n".join([*said, self.cookies.output(), read_out(self.body)])


class _Factory(RequestFactory):
    """Makes requests and hands them to the product's own handler."""

    def __init__(self, *, check_csrf: bool) -> None:
        super().__init__()
        self.handler = ClientHandler(enforce_csrf_checks=check_csrf)

    def request(self, **request: Any) -> HttpResponseBase:
        return self.handler(self._base_environ(**request))  # type: ignore[no-any-return]


class Asker:
    """Asks questions; one for each run, because the middleware is loaded with it."""

    def __init__(self) -> None:
        self._factories = {check: _Factory(check_csrf=check) for check in (False, True)}
        self._errors: list[str] = []
        self._before: dict[str, tuple[int, int]] | None = None

    def ask(self, question: Question, *, keep: bool = False) -> Answer:
        """Ask, and undo whatever it did, unless it is to be kept for the next question."""
        self._errors.clear()
        got_request_exception.connect(self._note_error)
        before = self._before if self._before is not None else touched()
        self._before = None
        try:
            with nullcontext() if keep else undone():
                answer = _read(self._send(question))
                answer.error = "\n".join(self._errors)
                if not connection.needs_rollback:
                    self._before = touched()
                    answer.reads, answer.writes = _difference(before, self._before)
                return answer
        finally:
            got_request_exception.disconnect(self._note_error)

    def begin(self) -> None:
        """Count from here on: something else was done meanwhile."""
        self._before = None

    def _send(self, question: Question) -> HttpResponseBase:
        factory = self._factories[question.check_csrf]
        cookies = "; ".join(f"{name}={value}" for name, value in question.cookies.items())
        extra = {"SERVER_NAME": question.host, "HTTP_COOKIE": cookies}
        for name, value in question.headers.items():
            extra[f"HTTP_{name.upper().replace('-', '_')}"] = value
        path = question.path
        if question.query:
            path += "?" + urlencode(question.query)
        data = b""
        if question.data is not None:
            data = encode_multipart(BOUNDARY, dict(question.data))
        return factory.generic(question.method, path, data, MULTIPART_CONTENT, **extra)

    def _note_error(self, **kwargs: Any) -> None:
        self._errors.append(traceback.format_exc(limit=-4))


def touched() -> dict[str, tuple[int, int]]:
    """How often tables of each commune were read and written in this transaction so far."""
    with connection.at_any_search_path(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(_TOUCHED)
        return {schema: (int(reads), int(writes)) for schema, reads, writes in cursor.fetchall()}


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that counts for none, as those around tests do, and is rolled back."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]
    with around:
        yield
        transaction.set_rollback(True)


def _difference(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> tuple[dict[str, int], dict[str, int]]:
    reads, writes = {}, {}
    for schema, (read, written) in after.items():
        read_before, written_before = before.get(schema, (0, 0))
        if read > read_before:
            reads[schema] = read - read_before
        if written > written_before:
            writes[schema] = written - written_before
    return reads, writes


def _read(response: HttpResponseBase) -> Answer:
    body = response.getvalue()  # type: ignore[attr-defined]
    return Answer(response.status_code, dict(response.items()), response.cookies, body)

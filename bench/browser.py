"""A browser without a screen: cookies, redirects, forms, a cache of styles and scripts.

It connects to this machine and names the host itself, because Python does not know that every
name under `localhost` is this machine.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import http.cookies
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode, urljoin, urlsplit

import brotli

from bench.html import Document, Form, css_loads

REDIRECTS = {301, 302, 303, 307, 308}
Upload = tuple[str, str, bytes]


class UnexpectedAnswer(Exception):
    """The site answered otherwise than the journey needs."""


@dataclass(frozen=True)
class Answer:
    """One answer of the server; `body` as it came over the wire."""

    url: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @cached_property
    def text(self) -> str:
        """The contents, unpacked."""
        packed = self.headers.get("Content-Encoding", "")
        unpack: Mapping[str, Callable[[bytes], bytes]] = {
            "br": brotli.decompress,
            "gzip": gzip.decompress,
        }
        return unpack.get(packed, bytes)(self.body).decode()

    @cached_property
    def document(self) -> Document:
        """The page taken apart."""
        return Document(self.text)

    def link(self, part: str) -> str:
        """The first link whose address contains a text."""
        for address in self.document.links:
            if part in address:
                return urljoin(self.url, address)
        raise UnexpectedAnswer(f"{self.url} has no link to {part!r}")


class Browser:
    """One person's browser. `cached` are the addresses that it keeps and does not ask for again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[tuple[str, bool, str], str] = {}
        self.cached: set[str] = set()
        self.requests = 0

    def renewed(self) -> Browser:
        """The same person the next day: signed in, with an empty cache."""
        other = Browser(self._port)
        other._cookies = dict(self._cookies)
        return other

    def get(self, url: str) -> Answer:
        """Open a page, following redirects, and load what it shows."""
        page = self._follow(self.request("GET", url))
        self.load_parts(page)
        return page

    def send(
        self, page: Answer, form: Form, fields: Mapping[str, str], upload: Upload | None = None
    ) -> Answer:
        """Send a form with some fields changed; the answer itself, not where it leads."""
        values = {**form.fields, **fields}
        target = urljoin(page.url, form.action) if form.action else page.url
        if upload is None:
            body, kind = urlencode(values).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = _multipart(values, upload)
        parts = urlsplit(page.url)
        headers = {"Content-Type": kind, "Origin": f"{parts.scheme}://{parts.netloc}"}
        return self.request("POST", target, headers, body)

    def submit(
        self, page: Answer, form: Form, fields: Mapping[str, str], upload: Upload | None = None
    ) -> Answer:
        """Send a form and open the page it leads to; UnexpectedAnswer when it leads nowhere."""
        answer = self.send(page, form, fields, upload)
        return self.follow(answer)

    def follow(self, answer: Answer) -> Answer:
        """Open the page that the answer to a form leads to."""
        if answer.status not in REDIRECTS:
            raise UnexpectedAnswer(f"{answer.url}: {answer.status}, not accepted\n{answer.text}")
        page = self._follow(answer)
        self.load_parts(page)
        return page

    def load_parts(self, page: Answer) -> int:
        """Fetch styles, scripts and pictures that are not kept yet; return their bytes."""
        total, waiting = 0, [urljoin(page.url, part) for part in page.document.loaded]
        while waiting:
            url = waiting.pop()
            if url in self.cached:
                continue
            self.cached.add(url)
            answer = self.request("GET", url, {"Accept-Encoding": "gzip, deflate, br"})
            if answer.status != http.HTTPStatus.OK:
                raise UnexpectedAnswer(f"{url}: {answer.status}")
            total += len(answer.body)
            if "css" in answer.headers.get_content_type():
                waiting += [urljoin(url, part) for part in css_loads(answer.text)]
        return total

    def request(
        self, method: str, url: str, headers: Mapping[str, str] = {}, body: bytes | None = None
    ) -> Answer:
        """Send one request and read its answer."""
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {
            "Host": parts.netloc,
            "Accept-Language": "vi",
            "Accept-Encoding": "gzip, deflate, br",
            "Cookie": self._cookie_header(parts.hostname or ""),
            **headers,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        self.requests += 1
        with contextlib.closing(connection):
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(url, response.status, response.headers, response.read())
        if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnexpectedAnswer(f"{url}: {answer.status}")
        self._keep_cookies(parts.hostname or "", answer.headers)
        return answer

    def _follow(self, answer: Answer) -> Answer:
        while answer.status in REDIRECTS:
            answer = self.request("GET", urljoin(answer.url, answer.headers["Location"]))
        if answer.status != http.HTTPStatus.OK:
            raise UnexpectedAnswer(f"{answer.url}: {answer.status}")
        return answer

    def _cookie_header(self, host: str) -> str:
        return "; ".join(
            f"{name}={value}"
            for (domain, below, name), value in self._cookies.items()
            if host == domain or (below and host.endswith(f".{domain}"))
        )

    def _keep_cookies(self, host: str, headers: http.client.HTTPMessage) -> None:
        for line in headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                domain = morsel["domain"].lstrip(".")
                self._cookies[domain or host, bool(domain), name] = morsel.coded_value


def _multipart(fields: Mapping[str, str], upload: Upload) -> tuple[bytes, str]:
    """A body of fields and one file, and its media type."""
    border = uuid.uuid4().hex
    parts = [
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    field, file_name, data = upload
    head = (
        f'--{border}\r\nContent-Disposition: form-data; name="{field}"; filename="{file_name}"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    parts += [head.encode(), data, f"\r\n--{border}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={border}"

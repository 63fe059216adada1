"""Bad texts in every form of every page of both sites, and forms that no browser would send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT

from tests.bad_input.answers import answer_to, comes_back, source_of
from tests.bad_input.corpus import BYTES, TEXTS
from tests.journeys.html_forms import Control, DrawnForm, forms_of
from tests.site_people import SitePeople
from tests.site_routes import SITES, routes

WRITTEN = {"text", "textarea", "search", "tel", "email", "number", "date", "password", "url", ""}
# The form of the language stands on every page; its own address is tried once.
_EVERYWHERE = "/ngon-ngu/"
_KEYS = {"csrfmiddlewaretoken"}
# Passwords and codes are never drawn again.
_NEVER_SHOWN = {"password", "hidden", "file"}
# How many of the texts, and of the odd bodies, each form is tried with: the next ones of the list.
OF_EACH = 6


@dataclass(frozen=True)
class Place:
    """A form of a page, with a browser in which it is open."""

    client: Client
    address: str
    form: DrawnForm

    def send(self, data: object, content_type: str = MULTIPART_CONTENT) -> HttpResponseBase:
        """What the site answers to a body."""
        if isinstance(data, str | bytes):
            body = data.encode() if isinstance(data, str) else data
            return self.client.generic("POST", self.address, body, content_type)  # type: ignore[return-value]
        return self.client.post(self.address, data, content_type=content_type)  # type: ignore[return-value]

    @property
    def written(self) -> list[Control]:
        """Where people type."""
        return [control for control in self.form.controls if control.kind in WRITTEN]


@pytest.fixture(scope="module")
def places(people: SitePeople) -> list[Place]:
    """Every form that the pages of both sites draw for somebody who may use them."""
    found = {(place.address, tuple(place.form.names)): place for place in _places(people)}
    assert len(found) >= 25, [address for address, _names in found]
    return list(found.values())


def _places(people: SitePeople) -> Iterator[Place]:
    for site in SITES:
        for route in routes(site):
            client = people.client_for(route)
            path = people.path(route)
            page = answer_to(lambda client=client, path=path: client.get(path), path)  # type: ignore[misc]
            html = page.get("Content-Type", "").startswith("text/html")
            if page.status_code != 200 or not html or page.streaming:  # type: ignore[attr-defined]
                continue
            for form in forms_of(page):
                if "csrfmiddlewaretoken" in form.names and form.action != _EVERYWHERE:
                    address = form.action or path
                    yield Place(client, address.split("#")[0], form)


def _check_words(place: Place, response: HttpResponseBase, name: str) -> None:
    """A refusal is a page in words."""
    if response.status_code >= 400:
        text = source_of(response)
        assert "<h1" in text or 'role="alert"' in text, f"{place.address} {name}: no words"


def _check_kept(place: Place, response: HttpResponseBase, typed: str, name: str) -> None:
    """What was typed stands in the form that came back."""
    if response.status_code != 422:
        return
    again = {control.name for form in forms_of(response) for control in form.controls}
    shown = [one for one in place.written if one.kind not in _NEVER_SHOWN and one.name in again]
    if shown and typed.strip():
        assert comes_back(response, typed), f"{place.address} {name}: what was typed is lost"


def test_every_text_in_every_form(places: list[Place]) -> None:
    """All questions of a form answered with the same bad text."""
    sent = refused = 0
    texts = cycle(TEXTS.items())
    for place in places:
        fields = {one.name for one in place.written}
        for name, text in islice(texts, OF_EACH) if fields else ():
            data = {**place.form.sent(), **dict.fromkeys(fields, text)}
            where = f"{place.address} {name}"
            response = answer_to(lambda place=place, data=data: place.send(data), where)  # type: ignore[misc]
            _check_words(place, response, name)
            _check_kept(place, response, text, name)
            sent += 1
            refused += response.status_code == 422
    assert sent >= 100 and refused >= 50, (sent, refused)


def test_every_choice_answered_with_what_was_not_offered(places: list[Place]) -> None:
    """Choices, hidden fields and ticks one by one with a value that no page draws."""
    texts = list(TEXTS.items())
    sent = 0
    for place in places:
        base = place.form.sent()
        names = {one.name: None for one in place.form.controls if one.kind not in WRITTEN}
        for name in names:
            if name in _KEYS:
                continue
            kind, text = texts[sent % len(texts)]
            where = f"{place.address} {name}: {kind}"
            data = {**base, name: [text, text]}
            answer_to(lambda place=place, data=data: place.send(data), where)  # type: ignore[misc]
            sent += 1
    assert sent >= 50, sent


def _odd_bodies(place: Place) -> Iterator[tuple[str, object, str]]:
    """Bodies that no browser sends."""
    sent = place.form.sent()
    names = [name for name in sent if name not in _KEYS] or ["x"]
    form = "application/x-www-form-urlencoded"
    yield "nothing", {}, MULTIPART_CONTENT
    yield (
        "every field doubled",
        {name: values * 2 for name, values in sent.items()},
        MULTIPART_CONTENT,
    )
    yield "fields that nobody asked for", {**sent, "is_operator": "1", "id": "1"}, MULTIPART_CONTENT
    yield "JSON", json.dumps({name: {"$gt": 1} for name in names}), "application/json"
    yield "JSON that is none", "{", "application/json"
    yield "text", "xin chào", "text/plain"
    yield "no kind", "a=1", ""
    yield "multipart without its end", f"--{BOUNDARY}\r\nContent-Disp", MULTIPART_CONTENT
    yield "multipart without boundary", "x", "multipart/form-data"
    yield "a boundary of another", f"--other\r\n\r\n{names[0]}", MULTIPART_CONTENT
    yield "an encoding that is none", f"{names[0]}=1", f"{form}; charset=khong-co"
    yield (
        "an encoding of wide characters",
        f"{names[0]}=1".encode("utf-16"),
        f"{form}; charset=utf-16",
    )
    for name, data in BYTES.items():
        body = f"{names[0]}=".encode() + b"".join(b"%%%02x" % one for one in data)
        yield name, body, form
        yield f"{name}, raw", f"{names[0]}=".encode() + data, form


def test_every_form_takes_bodies_that_no_browser_sends(places: list[Place]) -> None:
    sent = 0
    for number, place in enumerate(places):
        bodies = list(_odd_bodies(place))
        first = number * OF_EACH % len(bodies)
        for name, data, kind in islice(cycle(bodies), first, first + OF_EACH):
            where = f"{place.address} {name}"
            response = answer_to(
                lambda place=place, data=data, kind=kind: place.send(data, kind),  # type: ignore[misc]
                where,
            )
            _check_words(place, response, name)
            sent += 1
    assert sent >= 150, sent


def test_more_fields_than_a_page_takes_are_refused_in_words(places: list[Place]) -> None:
    place = next(one for one in places if one.written)
    response = place.send({f"x{number}": "1" for number in range(3000)})
    assert response.status_code == 400 and "quay lại" in source_of(response)
    response = place.send({"x": "y" * 3_000_000}, "application/x-www-form-urlencoded")
    assert response.status_code in (400, 422)

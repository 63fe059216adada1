"""Addresses and questions in them that lead to nothing: every route of both sites."""

from __future__ import annotations

from itertools import cycle, islice

import pytest
from django.test import Client

from tests.bad_input.answers import answer_to, source_of
from tests.bad_input.corpus import TEXTS
from tests.site_people import SitePeople
from tests.site_routes import SITES, routes

ROUTES = [route for site in SITES for route in routes(site)]
WITH_PARAMETERS = [route for route in ROUTES if route.parameters]
# What stands where a key, a code or a token should: as sent by a client that escapes nothing.
PLACES_OF_KEYS = (
    "khong-co",
    "00000000-0000-0000-0000-000000000000",
    "0199ffff-ffff-7fff-bfff-fffffffffffg",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%E2%80%AE",
    "%ff%fe",
    "%F0%90%8D%88" * 30,
    "x" * 4000,
    "-1",
    "9" * 60,
    "'%20OR%201=1--",
    "%7B%7B7*7%7D%7D",
    "H26.00004-261122-9999",
    "H99.99999-000000-0000",
    "%D9%A0%D9%A0%D9%A0%D9%A0%D9%A4",
)
# How many of them each address is tried with: the next ones of the list.
OF_EACH = 4
METHODS = ("PUT", "DELETE", "PATCH", "PROPFIND")
# What pages read from the question part of an address.
QUESTIONS = (
    "q", "tim", "xa", "page", "trang", "tinh", "tt", "loai", "next", "giay-to", "moi", "ngay",
    "ma", "code", "state", "sort", "tu", "den",
)  # fmt: skip


def test_no_key_in_an_address_breaks_a_page(people: SitePeople) -> None:
    asked = 0
    values = cycle(PLACES_OF_KEYS)
    for route in WITH_PARAMETERS:
        client = people.client_for(route)
        for value in islice(values, OF_EACH):
            path = route.path(dict.fromkeys(route.parameters, value))
            response = answer_to(lambda c=client, p=path: c.get(p), path)  # type: ignore[misc]
            _says_something(response.status_code, source_of(response), path)
            asked += 1
    assert asked >= 150, asked


def _says_something(status: int, page: str, path: str) -> None:
    """A page of ours answers, in Vietnamese, and shows no trace of the program."""
    assert "Traceback" not in page and "Django" not in page, path
    if status in (404, 410):
        assert 'lang="vi"' in page, path


@pytest.mark.parametrize("route", ["page of the centre", "page of the commune"])
def test_the_questions_of_an_address_take_anything(people: SitePeople, route: str) -> None:
    site = "central" if route.endswith("centre") else "commune"
    asked = 0
    others = cycle(TEXTS.items())
    for one in ROUTES:
        if one.site != site:
            continue
        client, path = people.client_for(one), people.path(one)
        for kind, text in (("NUL", TEXTS["NUL"]), next(others)):
            query = {name: text[:1500] for name in QUESTIONS}
            where = f"{path}? {kind}"
            answer_to(lambda c=client, p=path, q=query: c.get(p, q), where)  # type: ignore[misc]
            asked += 1
    assert asked >= 40, asked


def test_methods_that_a_page_does_not_know_are_refused(people: SitePeople) -> None:
    for route, method in zip(ROUTES, cycle(METHODS), strict=False):
        client, path = people.client_for(route), people.path(route)
        where = f"{method} {path}"
        response = answer_to(lambda c=client, p=path, m=method: c.generic(m, p, b"{}"), where)  # type: ignore[misc]
        assert response.status_code >= 300, f"{where}: {response.status_code}"


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_PROTO": "javascript"},
        {"HTTP_X_FORWARDED_FOR": "1.1.1.1, ' OR 1=1"},
        {"HTTP_X_ORIGINAL_URL": "/operator/", "HTTP_X_REWRITE_URL": "/operator/"},
        {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
        {"HTTP_ACCEPT_LANGUAGE": "x" * 5000},
        {"HTTP_ACCEPT_ENCODING": "\xff\xfe, gzip;q=NaN"},
        {"HTTP_COOKIE": "sessionid=\x00; =; ;;; __Host-desk=a:b:c; csrftoken=" + "x" * 5000},
        {"HTTP_COOKIE": "django_language=../../etc; sessionid=' OR 1=1"},
        {"HTTP_RANGE": "bytes=9999999999999-0"},
        {"HTTP_IF_MODIFIED_SINCE": "hôm qua"},
        {"HTTP_IF_NONE_MATCH": '"' * 3000},
        {"HTTP_REFERER": "javascript:alert(1)"},
        {"CONTENT_LENGTH": "-5"},
        {"CONTENT_LENGTH": "mười"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_headers_that_lie_change_nothing(people: SitePeople, headers: dict[str, str]) -> None:
    for client in (Client(SERVER_NAME=people.here.host), Client()):
        client.raise_request_exception = False
        for path in ("/", "/tra-cuu/"):
            where = f"{path} {headers}"
            response = answer_to(lambda c=client, p=path: c.get(p, **headers), where)  # type: ignore[misc]
            assert "evil.example" not in source_of(response), where

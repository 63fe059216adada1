"""The isolation crawler: many requests from everybody to everything, and no canary in an answer.

Requests are made from a seed. Each asks, with an honest or a forged browser, for an address of one
of the sites, with values that mostly belong to somebody else, by every method.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.accounts.desk_cookie import COOKIE
from tests.crawl.access_table import COMMON, TABLE, USUAL
from tests.crawl.asking import Answer, Asker, Question
from tests.crawl.matrix import METHODS, Finding, all_routes, hosts_of, leaks, touched_wrongly
from tests.crawl.people import CENTRE, Person
from tests.crawl.world import CODES, World, pdf_that_says
from tests.site_routes import Route

_NAME = re.compile(r'\bname="([a-z0-9_-]{1,40})"')
# Names that pages read from addresses; forms' own names are learnt from the pages themselves.
_QUERY = (
    *("q", "so", "ma", "tim", "giay-to", "next", "trang", "xem", "xa", "viec", "tinh", "sau"),
    *("moi", "tai-ve", "thu-tuc", "kenh", "han", "nguoi", "tu", "format", "id", "code"),
)
_WEIGHTS = {"GET": 55, "POST": 28, "HEAD": 5, "PUT": 3, "PATCH": 3, "DELETE": 3, "OPTIONS": 3}
_STRANGE = (
    *("https://evil.example/", "//evil.example", "../00008", "%2e%2e/", "0", "\u202e", "A" * 300),
    *("' OR 1=1 --", "{{ settings.SECRET_KEY }}", "=1+1", "00008", "xa_00008"),
)
_CLEAR_EVERY = 200


@dataclass
class Report:
    """What a crawl saw."""

    requests: int = 0
    visited: set[tuple[str, str, str]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    by_status: dict[int, int] = field(default_factory=dict)

    @property
    def routes_share(self) -> float:
        """The share of all addresses × methods that were asked for, in per cent."""
        every = {(r.site, r.name, method) for r in all_routes() for method in METHODS}
        return 100 * len(self.visited & every) / len(every)


@dataclass
class Crawler:
    """Makes requests from a seed, asks them and judges the answers."""

    world: World
    asker: Asker
    seed: int = 1
    only: Callable[[Route], bool] = lambda route: True
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.routes = [route for route in all_routes() if self.only(route)]
        self.people = list(self.world.people.by_key.values())
        self.names: set[str] = {"next", "code", "national_id", "seen", "remove", "job"}
        self.values = self._values()
        # What concerns people's things is asked for most.
        self.weights = [3 if route.parameters else 1 for route in self.routes]

    def _values(self) -> list[str]:
        """Texts, keys and codes of both communes, and what nobody should send."""
        world = self.world
        things = [v for code in CODES for one in world.things[code].values() for v in one.values()]
        texts = [text for code in CODES for text in world.texts[code]]
        people = [str(one.account.pk) for one in self.people if one.account is not None]
        return sorted({*things, *texts, *people, *_STRANGE})

    def run(self, requests: int) -> Report:
        """Every address with every method once, then at random up to this many."""
        for route in self.routes:
            for method in METHODS:
                self._ask(route, method)
        while self.report.requests < requests:
            (route,) = self.random.choices(self.routes, self.weights)
            (method,) = self.random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
            self._ask(route, method)
        return self.report

    def _ask(self, route: Route, method: str) -> None:
        if self.report.requests % _CLEAR_EVERY == 0:
            # What libraries count there (tries) would hide pages behind refusals.
            cache.clear()
            self.world.people.show_factors()
            self.asker.begin()
        here, host = self.random.choice(sorted(hosts_of(route, self.world).items()))
        person = self._person(here)
        question = Question(
            method,
            host,
            self._path(route, here),
            query=self._query(),
            data=self._data() if method == "POST" else None,
            cookies=self._cookies(person, here),
        )
        answer = self.asker.ask(question)
        self.report.requests += 1
        self.report.visited.add((route.site, route.name, method))
        self.report.by_status[answer.status] = self.report.by_status.get(answer.status, 0) + 1
        self._learn(answer)
        self.report.findings += self.judge(route, question, answer, person, here)

    def judge(
        self, route: Route, question: Question, answer: Answer, person: Person, here: str
    ) -> list[Finding]:
        """What is wrong with an answer."""
        wrong = leaks(self.world, question, answer, person, here)
        wrong += touched_wrongly(self.world, route, answer, here)
        if answer.status >= 500:
            wrong.append(f"{answer.status} {answer.error}")
        row = TABLE[route.site].get(route.name)
        if answer.status == 403 and not (row and row.forbids):
            wrong.append("403, which tells that there is something")
        if (place := answer.headers.get("Location", "")) and not _is_ours(place):
            wrong.append(f"led away to {place}")
        return [Finding(what, person.key, f"{route.name} {question}") for what in wrong]

    # ── Making a request ─────────────────────────────────────────────────
    def _person(self, here: str) -> Person:
        """Half of them at home here, so that pages are drawn with what is not theirs."""
        if here and self.random.random() < 0.5:
            return self.random.choice([one for one in self.people if one.commune == here])
        return self.random.choice(self.people)

    def _path(self, route: Route, here: str) -> str:
        """The address with somebody's things in it: mostly those of the other commune."""
        choose = self.random
        code = (
            choose.choice(CODES)
            if here == CENTRE or choose.random() < 0.3
            else (self.world.other(here))
        )
        things = self.world.things[code][choose.choice(sorted(self.world.things[code]))]
        row = TABLE[route.site].get(route.name)
        values = dict(COMMON)
        for parameter in route.parameters:
            thing = (row.given if row else {}).get(parameter) or USUAL.get(parameter, "")
            if route.name.startswith("desk-counter") and parameter == "draft_id":
                thing = choose.choice(("counter_draft", "draft"))
            if choose.random() < 0.15:
                thing = choose.choice(sorted(things))
            value = things.get(thing) or values.get(parameter, "")
            kind = route.parameters[parameter]
            if value and _fits(kind, value):
                values[f"{route.name}.{parameter}"] = value
        return route.path(values)

    def _query(self) -> dict[str, str]:
        if self.random.random() < 0.5:
            return {}
        names = self.random.sample(_QUERY, self.random.randint(1, 3))
        return {name: self.random.choice(self.values) for name in names}

    def _data(self) -> dict[str, Any]:
        names = self.random.sample(sorted(self.names), min(len(self.names), 6))
        data: dict[str, Any] = {name: self.random.choice(self.values) for name in names}
        if self.random.random() < 0.2:
            name = self.random.choice(("paper-relation_proof", "file", "upload"))
            data[name] = SimpleUploadedFile("a.pdf", pdf_that_says("a"), "application/pdf")
        return data

    def _cookies(self, person: Person, here: str) -> dict[str, str]:
        """The person's own, in one of four with a desk that is another's or another commune's."""
        cookies = dict(person.cookies(here))
        if self.random.random() < 0.25:
            other = self.random.choice(self.people)
            desks = [*person.desks.values(), *other.desks.values()]
            if desks:
                cookies[COOKIE] = self.random.choice(desks)
            if self.random.random() < 0.2:
                cookies[settings.SESSION_COOKIE_NAME] = "x" + person.session[1:]
        return cookies

    def _learn(self, answer: Answer) -> None:
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            self.names.update(_NAME.findall(answer.body.decode("utf-8", "replace")))
            self.names -= {"csrfmiddlewaretoken", "viewport"}


def _fits(kind: str, value: str) -> bool:
    """Whether a value may stand for a parameter of this kind in an address."""
    if kind == "uuid":
        return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None
    if kind == "int":
        return value.isascii() and value.isdigit()
    return "/" not in value


def _is_ours(place: str) -> bool:
    """Whether an address leads to a site of the platform."""
    parts = urlsplit(place.replace("\\", "/"))
    if not parts.scheme and not parts.netloc:
        return True
    host = parts.hostname or ""
    return host == settings.BASE_DOMAIN or host.endswith(f".{settings.BASE_DOMAIN}")

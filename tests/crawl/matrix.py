"""The role matrix: every address, method, person and relation against the access table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings

from tests.crawl.access_table import ALIKE, COMMON, TABLE, Expect, Relation, Row, thing_of
from tests.crawl.asking import Answer, Asker, Question
from tests.crawl.canaries import tokens
from tests.crawl.people import CENTRE, Person
from tests.crawl.world import CODES, World
from tests.site_routes import Route, routes

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SIGN_IN_PAGE = "/tai-khoan/dang-nhap/"
OPEN_DESK_PAGE = "/desk/mo-ban/"
# Things that stand in addresses and belong to nobody who asks, or to whoever holds them.
NOBODYS = ("", "token", "link", "batch", "commune", "factor", "desk", "support")
SECOND_FACTOR_PAGES = ("/tai-khoan/hai-buoc/",)


@dataclass(frozen=True)
class Finding:
    """Something that must not be."""

    what: str
    who: str
    question: str

    def __str__(self) -> str:
        return f"{self.what}: {self.who} asked {self.question}"


def all_routes() -> list[Route]:
    """Every address of both sites."""
    return [route for site in TABLE for route in routes(site)]


def rows_missing() -> list[str]:
    """Addresses without a row, and rows without an address."""
    missing = []
    for site, rows in TABLE.items():
        found = {route.name for route in routes(site)}
        missing += [f"{site}: {name} has no row" for name in sorted(found - set(rows))]
        missing += [f"{site}: {name} is no address" for name in sorted(set(rows) - found)]
    return missing


def hosts_of(route: Route, world: World) -> dict[str, str]:
    """The sites that have this address: by commune (none for the centre), their hosts."""
    if route.site == "central":
        return {CENTRE: settings.BASE_DOMAIN}
    return {code: world.communes[code].host for code in CODES}


def path_of(route: Route, things: dict[str, str]) -> str:
    """The address with these things in it."""
    row = TABLE[route.site][route.name]
    values = dict(COMMON)
    for parameter in route.parameters:
        if thing := thing_of(route.name, row, parameter):
            values[f"{route.name}.{parameter}"] = things.get(thing, "")
    return route.path(values)


def is_about_something(route: Route) -> bool:
    """Whether the address names a thing that belongs to somebody."""
    row = TABLE[route.site][route.name]
    named = [thing_of(route.name, row, parameter) for parameter in route.parameters]
    return any(thing not in NOBODYS for thing in named)


@dataclass(frozen=True)
class Ask:
    """One cell of the matrix."""

    route: Route
    method: str
    site: str
    person: Person
    relation: Relation
    expected: Expect
    question: Question


def cells(world: World, site: str, only: Callable[[Route], bool] | None = None) -> Iterator[Ask]:
    """Every cell of a commune's site and of the central one, seen by everybody."""
    for route in all_routes():
        if route.name not in TABLE[route.site]:
            continue
        if only is not None and not only(route):
            continue
        for here, host in hosts_of(route, world).items():
            if here in (CENTRE, site):
                yield from _cells_of(world, route, here, host)


def _cells_of(world: World, route: Route, here: str, host: str) -> Iterator[Ask]:
    row = TABLE[route.site][route.name]
    served = False
    for person, relation, things in _who(world, route, here):
        path = path_of(route, things)
        may = any(
            access(person, relation, here) is Expect.GRANTED for access in row.methods.values()
        )
        # Every method is tried by somebody who may use the address and by somebody unknown; what
        # the others may do shows with the methods that there are.
        all_methods = person.kind == "anonymous" or (may and not served)
        served = served or may
        for method in METHODS if all_methods else row.methods:
            yield Ask(
                route,
                method,
                here,
                person,
                relation,
                expected(row, method, person, relation, here),
                Question(
                    method,
                    host,
                    path,
                    data=dict(row.data) if method == "POST" else None,
                    cookies=person.cookies(here),
                ),
            )


def _who(
    world: World, route: Route, here: str
) -> Iterator[tuple[Person, Relation, dict[str, str]]]:
    """Who asks for whose things.

    The first thing is asked for by everybody; those of somebody else, here and in the other
    commune, by those who come nearest to them.
    """
    about = is_about_something(route)
    counter = route.name.startswith("desk-counter")
    owner, other = ("reception", "colleague") if counter else ("one", "two")
    commune = here or CODES[0]
    for person in _askers(world, commune, TABLE[route.site][route.name]):
        own_thing = not about or (person.commune == commune and person.name == owner)
        relation = Relation.OWN if own_thing else Relation.OTHERS
        yield person, relation, _complete(world, commune, owner)
    if not about:
        return
    foreign = world.other(commune)
    for person in (world.people.by_key[f"{commune}/{name}"] for name in (owner, "reception")):
        yield person, Relation.OTHERS, _complete(world, commune, other)
        yield person, Relation.FOREIGN, _complete(world, foreign, owner)


def _askers(world: World, commune: str, row: Row) -> Iterator[Person]:
    """Everybody of this commune and of none, and two of the other one.

    Where a class of access makes no difference between officials, one of them stands for all.
    """
    foreign = world.other(commune)
    only = next((names for same, names in ALIKE if set(row.methods.values()) <= same), None)
    for person in world.people.by_key.values():
        if person.commune == foreign and person.name not in ("one", "reception"):
            continue
        if only is None or person.name in only or person.kind == "anonymous":
            yield person


def _complete(world: World, code: str, name: str) -> dict[str, str]:
    """Somebody's things, and the neighbour's for what they do not have."""
    things = world.things[code]
    return {**things["one"], **things[name]}


def expected(row: Row, method: str, person: Person, relation: Relation, site: str) -> Expect:
    """What the table says; a method without an entry is allowed to nobody."""
    access = row.methods.get("GET" if method == "HEAD" else method)
    return Expect.NOT_ALLOWED if access is None else access(person, relation, site)


def observed(answer: Answer) -> Expect | str:
    """What somebody got; a text where it is nothing that the table knows."""
    if answer.status >= 500:
        return f"{answer.status} {answer.error}"
    if answer.status == 403:
        return "403"
    if answer.status == 404:
        return Expect.MISSING
    if answer.status == 405:
        return Expect.NOT_ALLOWED
    if answer.status == 302:
        if answer.place == SIGN_IN_PAGE:
            return Expect.SIGN_IN
        if answer.place == OPEN_DESK_PAGE:
            return Expect.OPEN_DESK
        if answer.place.startswith(SECOND_FACTOR_PAGES):
            return Expect.SECOND_FACTOR
    return Expect.GRANTED


def judge(ask: Ask, answer: Answer) -> str:
    """What is wrong with an answer, empty when nothing is."""
    got = observed(answer)
    if got == "403" and TABLE[ask.route.site][ask.route.name].forbids:
        return ""
    if got not in _may_be(ask, answer):
        return (
            f"{ask.expected.value!r} was due, not {getattr(got, 'value', got)!r} ({answer.status})"
        )
    if ask.expected not in (Expect.GRANTED, Expect.IN_COURSE) and answer.writes:
        return f"something was written in {sorted(answer.writes)}"
    return ""


def _may_be(ask: Ask, answer: Answer) -> set[Expect]:
    if ask.expected is Expect.REFUSED:
        # For one who may not do it, a move is not there, or leads back to the case.
        return {Expect.GRANTED, Expect.MISSING}
    row = TABLE[ask.route.site][ask.route.name]
    if ask.expected is Expect.IN_COURSE:
        return {Expect.GRANTED, Expect.SIGN_IN, Expect.SECOND_FACTOR, Expect.MISSING}
    if ask.expected is Expect.NOT_ALLOWED and row.any_method:
        return {Expect.NOT_ALLOWED, Expect.GRANTED, Expect.SIGN_IN}
    if ask.expected is Expect.GRANTED and ask.method == "HEAD":
        return {Expect.GRANTED, Expect.NOT_ALLOWED}
    if ask.expected is Expect.NOT_ALLOWED:
        # Who may not even read is told that first.
        may = {
            Expect.NOT_ALLOWED,
            Expect.SIGN_IN,
            Expect.MISSING,
            Expect.OPEN_DESK,
            Expect.SECOND_FACTOR,
        }
        # Class-based views answer OPTIONS by themselves, with nothing in it.
        empty = ask.method == "OPTIONS" and not answer.body and answer.status == 200
        may = may | {Expect.GRANTED} if empty else may
        return may - _refusals_not_due(ask)
    return {ask.expected}


def _refusals_not_due(ask: Ask) -> set[Expect]:
    """Refusals that nobody gets who may use the address by another method."""
    row = TABLE[ask.route.site][ask.route.name]
    allowed = {access(ask.person, ask.relation, ask.site) for access in row.methods.values()}
    if allowed == {Expect.GRANTED}:
        return {Expect.SIGN_IN, Expect.MISSING, Expect.OPEN_DESK, Expect.SECOND_FACTOR}
    return set()


def leaks(world: World, question: Question, answer: Answer, person: Person, site: str) -> list[str]:
    """Canaries in an answer that this person may not see here, and communes that it touched."""
    known = question.known
    said = tokens(known)
    found = []
    for token in tokens(answer.text) - said:
        scopes = world.canaries.scopes.get(token)
        if scopes is None or person.may_see(scopes, site):
            continue
        if any(scope.startswith("knows/") and scope[6:] in known for scope in scopes):
            continue
        found.append(f"the canary {token} of {sorted(scopes)}")
    return found


def run_matrix(
    world: World,
    asker: Asker,
    site: str,
    only: Callable[[Route], bool] | None = None,
    visited: set[tuple[str, str, str]] | None = None,
    enough: int = 0,
) -> tuple[int, list[Finding]]:
    """Ask every cell, or until there are `enough` findings; how many were asked, and those."""
    asked, findings = 0, []
    for ask in cells(world, site, only):
        answer = asker.ask(ask.question)
        asked += 1
        if visited is not None:
            visited.add((ask.route.site, ask.route.name, ask.method))
        wrong = [judge(ask, answer)] if judge(ask, answer) else []
        wrong += leaks(world, ask.question, answer, ask.person, ask.site)
        wrong += touched_wrongly(world, ask.route, answer, ask.site)
        who = f"{ask.person.key} ({ask.relation.value})"
        findings += [Finding(what, who, f"{ask.route.name} {ask.question}") for what in wrong]
        if enough and len(findings) >= enough:
            break
    return asked, findings


def touched_wrongly(world: World, route: Route, answer: Answer, site: str) -> list[str]:
    """Communes in which rows were read or written although the request was not for them."""
    row = TABLE[route.site].get(route.name)
    if row is not None and row.enters_communes:
        return []
    mine = world.communes[site].schema_name if site else ""
    others = sorted(({*answer.reads} | {*answer.writes}) - {mine})
    return [f"rows of {others} were touched"] if others else []

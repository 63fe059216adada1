"""Quick checks of single defences, beside the matrix and the crawl; each has a name.

A check returns what is wrong, nothing when all is well. They ask the product as everybody does,
through its pages, or through the call that the defence stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.utils import ProgrammingError
from django.http import HttpResponse

from services.cases.models import Case
from tenants.accounts.desk_cookie import COOKIE, set_desk_cookie
from tenants.accounts.models import DeskSession
from tenants.communes.current import in_commune
from tenants.history.events import Actor, ChainBroken, record_event, verify_chain
from tenants.history.models import Event
from tests.crawl.asking import Answer, Asker, Question, undone
from tests.crawl.matrix import SECOND_FACTOR_PAGES
from tests.crawl.people import CENTRE, Person
from tests.crawl.world import CODES, World

HERE, THERE = CODES


@dataclass
class Site:
    """What a check needs: the world, and somebody to ask."""

    world: World
    asker: Asker

    def ask(
        self, person: str, path: str, *, method: str = "GET", at: str = HERE, **more: Any
    ) -> Answer:
        """Ask as somebody for a path on a commune's site or, with `at=""`, on the central one."""
        who = self.world.people.by_key[person]
        host = self.world.communes[at].host if at else settings.BASE_DOMAIN
        more.setdefault("cookies", who.cookies(at))
        return self.asker.ask(Question(method, host, path, **more))

    def person(self, name: str) -> Person:
        """Somebody of the commune."""
        return self.world.people.by_key[f"{HERE}/{name}"]

    @property
    def things(self) -> dict[str, str]:
        """What the first citizen has."""
        return self.world.things[HERE]["one"]


Check = Callable[[Site], Iterator[str]]
CHECKS: dict[str, Check] = {}


def check(work: Check) -> Check:
    """Give a check its name."""
    CHECKS[work.__name__] = work
    return work


def run_checks(site: Site, names: tuple[str, ...] = ()) -> list[str]:
    """Run these checks, or all; what is wrong."""
    wrong = []
    for name in names or CHECKS:
        with undone():
            wrong += [f"{name}: {text}" for text in CHECKS[name](site)]
    return wrong


# ── Where a query runs ───────────────────────────────────────────────────
@check
def marker_is_asked(site: Site) -> Iterator[str]:
    """A schema that carries another commune's marker is not read."""
    with undone():
        with in_commune(HERE), connection.cursor() as cursor:
            cursor.execute("UPDATE organisation_letterhead SET commune_code = '00008'")
        connection.forget_search_path()  # type: ignore[attr-defined]
        answer = site.ask("anonymous", "/")
        if answer.status != 503:
            yield f"a schema with a wrong marker was served: {answer.status}"


@check
def schema_is_left(site: Site) -> Iterator[str]:
    """After a request the connection works in no commune."""
    site.ask("anonymous", "/")
    if connection.schema_name != "public":  # type: ignore[attr-defined]
        yield f"the connection stayed in {connection.schema_name}"  # type: ignore[attr-defined]
        connection.set_schema_to_public()  # type: ignore[attr-defined]


@check
def search_path_follows(site: Site) -> Iterator[str]:
    """A rolled back savepoint does not leave the connection in another commune's schema."""
    with in_commune(HERE):
        Case.objects.count()
        with undone(), in_commune(THERE):
            Case.objects.count()
    with in_commune(THERE):
        if Case.objects.filter(code=site.things["case"]).exists():
            yield "another commune's table was read after a rollback"
    connection.forget_search_path()  # type: ignore[attr-defined]


@check
def cache_is_apart(site: Site) -> Iterator[str]:
    """What one commune keeps in the cache, no other reads."""
    with in_commune(HERE):
        cache.set("crawl", "theirs")
    with in_commune(THERE):
        if cache.get("crawl"):
            yield "a value of another commune was read from the cache"
    cache.clear()


@check
def unknown_host_is_missing(site: Site) -> Iterator[str]:
    """A host that is nobody's is not found."""
    for host in ("evil.example", f"la.{settings.BASE_DOMAIN}"):
        status = site.asker.ask(Question("GET", host, "/")).status
        if status != 404:
            yield f"{host} was answered with {status}"


@check
def two_communes_are_refused(site: Site) -> Iterator[str]:
    """A transaction works in one commune."""
    from django.db import transaction

    from tenants.communes.database.base import TwoCommunes

    try:
        with transaction.atomic():
            with in_commune(HERE):
                Case.objects.count()
            with in_commune(THERE):
                Case.objects.count()
        yield "one transaction worked in two communes"
    except TwoCommunes:
        pass


@check
def jobs_stay_in_their_commune(site: Site) -> Iterator[str]:
    """A job that names another commune's document finds nothing."""
    from documents.registers.models import Document
    from documents.registers.tasks import render_document
    from tenants.jobs.runner import run_pending_jobs
    from tests.crawl.asking import touched

    foreign = site.world.things[THERE]["one"]["document"]
    with in_commune(HERE):
        render_document.enqueue(foreign)
    before = touched()
    try:
        run_pending_jobs(limit=5)
        yield "a job found another commune's document"
    except Document.DoesNotExist:
        pass
    schema = site.world.communes[THERE].schema_name
    if touched().get(schema) != before.get(schema):
        yield "a job of one commune touched another"


@check
def roles_of_the_database(site: Site) -> Iterator[str]:
    """The application's role adds events and makes no table."""
    for statement in (
        "UPDATE history_event SET verb = 'x'",
        "DELETE FROM history_event",
        "TRUNCATE history_event",
        "CREATE TABLE stolen (id int)",
        "ALTER TABLE cases_case ADD COLUMN stolen int",
    ):
        try:
            with undone(), in_commune(HERE), connection.cursor() as cursor:
                cursor.execute(statement)
            yield f"the application's role may {statement!r}"
        except (ProgrammingError, DatabaseError):
            pass


@check
def history_is_chained(site: Site) -> Iterator[str]:
    """A chain with a changed link does not verify; the one of this commune does."""
    with in_commune(HERE):
        verify_chain()
        with undone():
            head = record_event(verb="crawl", subject_id=uuid4(), actor=Actor.system())
            forged = Event.objects.get(pk=head.pk)
            forged.pk, forged.sequence, forged.verb = uuid4(), head.sequence + 1, "forged"
            forged.save(force_insert=True)
            try:
                verify_chain()
                yield "a forged event verified"
            except ChainBroken:
                pass


# ── Cookies, tokens and forms ────────────────────────────────────────────
@check
def desk_belongs_to_its_commune(site: Site) -> Iterator[str]:
    """An official of two communes opens with one's desk nothing in the other."""
    from tenants.organisation.models import Official

    person = site.person("reception")
    assert person.account is not None
    with in_commune(THERE):
        Official.objects.create(
            account_id=person.account.pk, name="Hai nơi", title="Công chức", roles="reception"
        )
    cookies = {**person.cookies(CENTRE), COOKIE: _desk_cookie(person)}
    answer = site.ask(person.key, "/desk/", at=THERE, cookies=cookies)
    if answer.status == 200:
        yield "the desk of one commune opened another's"


def _desk_cookie(person: Person) -> str:
    """What the cookie of the person's open desk says."""
    assert person.account is not None
    desk = DeskSession.objects.filter(account_id=person.account.pk).get()
    response = HttpResponse()
    set_desk_cookie(response, desk)
    return str(response.cookies[COOKIE].value)


@check
def desk_belongs_to_its_account(site: Site) -> Iterator[str]:
    """A copied desk cookie opens nothing for somebody else."""
    thief = site.person("closed")
    cookies = {**thief.cookies(HERE), COOKIE: site.person("reception").desks[HERE]}
    if site.ask(thief.key, "/desk/", cookies=cookies).status == 200:
        yield "somebody else's desk opened"


@check
def desk_cookie_is_signed_for_its_place(site: Site) -> Iterator[str]:
    """What was signed for another purpose or commune is no desk's key."""
    from django.core import signing

    person = site.person("reception")
    assert person.account is not None
    row = DeskSession.objects.filter(account_id=person.account.pk).first()
    assert row is not None
    for salt in (f"desk:{THERE}", "desk", "anything"):
        forged = signing.get_cookie_signer(salt=COOKIE + salt).sign(str(row.pk))
        cookies = {**person.cookies(HERE), COOKIE: forged}
        if site.ask(person.key, "/desk/", cookies=cookies).status == 200:
            yield f"a key signed with the salt {salt} opened the desk"


@check
def desk_closes_by_itself(site: Site) -> Iterator[str]:
    """A desk that was left, or opened long ago, is closed."""
    from datetime import timedelta

    from tenants.accounts.desk import IDLE, LONGEST

    person = site.person("reception")
    assert person.account is not None
    desks = DeskSession.objects.filter(account_id=person.account.pk)
    now = desks.get().last_seen_at
    for name, changes in {
        "idle": {"last_seen_at": now - IDLE - timedelta(seconds=5)},
        "old": {"opened_at": now - LONGEST - timedelta(seconds=5)},
    }.items():
        with undone():
            desks.update(**changes)
            if site.ask(person.key, "/desk/").status == 200:
                yield f"a desk that is {name} was open"


@check
def desk_needs_the_second_factor(site: Site) -> Iterator[str]:
    """Without having shown it, nobody's desk opens; what was shown opens one place once."""
    person = site.person("closed")
    answer = site.ask(person.key, "/desk/mo-ban/", method="POST", data={"next": "/desk/"})
    if COOKIE in answer.cookies or not answer.place.startswith(SECOND_FACTOR_PAGES):
        yield "a desk opened without the second factor"
    answer = site.ask("bare", "/operator/", at=CENTRE)
    if COOKIE in answer.cookies or not answer.place.startswith(SECOND_FACTOR_PAGES):
        yield "the operator's pages opened without the second factor"


@check
def cookies_are_kept_to_their_host(site: Site) -> Iterator[str]:
    """The desk's cookie is of one host, and no script reads any of them."""
    person = site.person("reception")
    assert person.account is not None
    desk = DeskSession.objects.filter(account_id=person.account.pk).get()
    response = HttpResponse()
    set_desk_cookie(response, desk)
    cookie = response.cookies[COOKIE]
    if cookie["domain"] or not (cookie["secure"] and cookie["httponly"]) or cookie["path"] != "/":
        yield "the desk's cookie is not kept to its host"
    if cookie["samesite"] not in ("Lax", "Strict"):
        yield "the desk's cookie goes with others' forms"
    if not settings.SESSION_COOKIE_HTTPONLY or settings.SESSION_COOKIE_SAMESITE != "Lax":
        yield "scripts or other sites' forms reach the session's cookie"


@check
def forms_carry_their_key(site: Site) -> Iterator[str]:
    """What another site sends in somebody's name is refused."""
    person = site.person("one")
    for path, at in (
        (f"/nop/{site.things['draft']}/xoa/", HERE),
        ("/tai-khoan/dang-xuat/", CENTRE),
    ):
        answer = site.ask(person.key, path, at=at, method="POST", data={}, check_csrf=True)
        if answer.status != 403:
            yield f"a form without its key was taken: {path} {answer.status}"


@check
def invitations_are_signed_for_it(site: Site) -> Iterator[str]:
    """A link that was signed for something else invites nobody."""
    from django.core import signing

    person = site.person("administrator")
    assert person.account is not None
    payload = {"account": str(person.account.pk), "commune": HERE}
    for salt in ("accounts.reset", "django.core.signing", ""):
        token = signing.dumps(payload, salt=salt)
        answer = site.ask("anonymous", f"/tai-khoan/moi/{token}/", at=CENTRE)
        if answer.status == 200:
            yield f"a token with the salt {salt!r} invited"


@check
def nobody_is_led_away(site: Site) -> Iterator[str]:
    """No page leads to an address that a stranger put into a link."""
    from tests.crawl.crawler import _is_ours

    for away in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "http:///evil.example",
    ):
        for person, path, at, method in (
            (f"{HERE}/one", "/tai-khoan/dang-nhap/", CENTRE, "GET"),
            (f"{HERE}/one", "/tai-khoan/dang-ky/", CENTRE, "GET"),
            ("anonymous", "/ngon-ngu/", CENTRE, "POST"),
            (f"{HERE}/reception", "/desk/mo-ban/", HERE, "GET"),
        ):
            data = {"next": away, "language": "vi"} if method == "POST" else None
            answer = site.ask(person, path, at=at, method=method, query={"next": away}, data=data)
            if not _is_ours(answer.headers.get("Location", "")):
                yield f"{path} led to {away}"

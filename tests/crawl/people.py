"""Everybody who may ask, with what their browsers hold and what they may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from services.reception.devices import COOKIE as DEVICE_COOKIE
from tenants.accounts.desk import IDLE, OPERATORS_DESK
from tenants.accounts.desk_cookie import COOKIE, set_desk_cookie
from tenants.accounts.models import Account, DeskSession
from tenants.organisation.models import Official
from tests.second_factor import give_app, make_desk, show_factor

if TYPE_CHECKING:
    from tests.crawl.world import World

CENTRE = ""
# Who has a second factor and has just shown it, so that what asks for it is seen too.
PROVEN = ("one", "stranger")


@dataclass
class Person:
    """Somebody who asks. `kind` is what the access table calls them."""

    key: str
    kind: str
    role: str
    commune: str = CENTRE
    name: str = ""
    account: Account | None = None
    official: Official | None = None
    session: str = ""
    # By commune: what the cookie of the desk says there.
    desks: dict[str, str] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    # Of a machine in the hall: the key that makes it one.
    device: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether nobody is signed in there: somebody's browser, or a machine in a hall."""
        return self.account is None

    def cookies(self, site: str) -> dict[str, str]:
        """What an honest browser sends to a site: the desk's key to its own host alone."""
        sent = {settings.SESSION_COOKIE_NAME: self.session} if self.session else {}
        if site in self.desks:
            sent[COOKIE] = self.desks[site]
        if self.device and site == self.commune:
            sent[DEVICE_COOKIE] = self.device
        return sent

    def may_see(self, scopes: set[str], site: str) -> bool:
        """Whether something of these scopes may be shown to this person on this site."""
        return any(self._sees(scope, site) for scope in scopes)

    def _sees(self, scope: str, site: str) -> bool:
        kind, _, owner = scope.partition("/")
        if kind == "public":
            return owner == site
        if kind in ("desk", "administrator", "official"):
            # A desk's things are shown on its own commune's site only.
            return scope in self.scopes and self.commune == site
        return scope in self.scopes


class People:
    """All of them, by key: "00004/reception", "00008/one", "anonymous"."""

    def __init__(self) -> None:
        self.by_key: dict[str, Person] = {}
        self._clients: dict[str, Client] = {}
        self._add(Person("anonymous", "anonymous", ""))

    def _add(self, person: Person) -> Person:
        self.by_key[person.key] = person
        return person

    def add_official(
        self, code: str, name: str, role: str, account: Account, official: Official
    ) -> None:
        """An official of a commune; closed, idle and gone ones have no desk that is open."""
        kind = name if name in ("closed", "idle", "gone") else "official"
        person = Person(f"{code}/{name}", kind, role, code, name, account, official)
        scopes = {f"account/{account.pk}"}
        if kind == "official":
            scopes |= {f"desk/{code}", f"official/{official.pk}"}
            if role == "administrator":
                scopes.add(f"administrator/{code}")
        person.scopes = frozenset(scopes)
        self._add(person)

    def add_citizen(self, code: str, name: str, account: Account) -> None:
        """Somebody who has things in a commune."""
        scopes = frozenset({f"account/{account.pk}", f"applicant/{code}"})
        self._add(
            Person(
                f"{code}/{name}", "citizen", "citizen", code, name, account, None, "", {}, scopes
            )
        )

    def add_device(self, code: str, kind: str, key: str) -> None:
        """A kiosk or a call screen in a commune's hall."""
        machine = self._add(Person(f"{code}/{kind}", kind, kind, code, kind))
        machine.device, machine.scopes = key, frozenset({f"hall/{code}"})

    def add_supporter(self, code: str, account: Account, support_id: UUID) -> None:
        """An operator who was given access to a commune for a while."""
        scopes = frozenset({f"account/{account.pk}", f"desk/{code}", "fleet"})
        person = Person("supporter", "supporter", "supporter", code, "supporter", account)
        person.scopes, self._support = scopes, support_id
        self._add(person)

    def open_browsers(self, world: World) -> None:
        """Sign everybody in and open the desks; then add those who belong to no commune."""
        word = world.canaries.word
        for kind, is_operator in (("stranger", False), ("operator", True), ("bare", True)):
            account = Account.objects.create_account(
                full_name=f"Đỗ {word()} Khuê", email=f"{word()}@example.vn", is_operator=is_operator
            )
            scopes = frozenset({f"account/{account.pk}"} | ({"fleet"} if is_operator else set()))
            self._add(Person(kind, kind, kind, CENTRE, kind, account, None, "", {}, scopes))
            world.canaries.note(
                [account.full_name, account.email, str(account.pk)],
                {f"account/{account.pk}"} | ({"fleet"} if is_operator else set()),
            )
        for person in self.by_key.values():
            if person.account is not None:
                person.session = self._signed_in(person)
            if person.official is not None and person.kind != "closed":
                person.desks[person.commune] = self._open_desk(person, person.commune)
            elif person.kind == "operator":
                person.desks[CENTRE] = self._open_desk(person, OPERATORS_DESK)
            elif person.kind == "supporter":
                person.desks[person.commune] = self._open_desk(person, person.commune)
        self.show_factors()

    def show_factors(self) -> None:
        """Let some have shown a moment ago that it is they; a long crawl outlasts a moment."""
        for client in self._clients.values():
            # For no place: it opens nobody's desk.
            show_factor(client, place="nowhere")
        now = timezone.now()
        DeskSession.objects.exclude(second_factor_at=None).update(second_factor_at=now)

    def _signed_in(self, person: Person) -> str:
        client = Client(SERVER_NAME=settings.BASE_DOMAIN)
        assert person.account is not None
        client.force_login(person.account)
        if person.name in PROVEN:
            give_app(person.account)
            self._clients[person.key] = client
        return str(client.cookies[settings.SESSION_COOKIE_NAME].value)

    def _open_desk(self, person: Person, place: str) -> str:
        assert person.account is not None
        desk = make_desk(person.account.pk, place)
        if person.kind == "idle":
            desk.last_seen_at -= IDLE + timedelta(minutes=1)
            desk.save()
        if person.kind == "supporter":
            desk.support_id = self._support
            desk.save()
        response = HttpResponse()
        set_desk_cookie(response, desk)
        return str(response.cookies[COOKIE].value)

    def at(self, code: str, wanted: Callable[[Person], bool]) -> list[Person]:
        """People of a commune, or of none, who are wanted."""
        return [one for one in self.by_key.values() if one.commune == code and wanted(one)]

"""Onboarding: giving a commune its system, in one transaction and a few milliseconds."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from psycopg2 import sql

from tenants.accounts.invitation import invitation_url
from tenants.accounts.models import Account
from tenants.communes.current import (
    at_centre,
    entered,
    forget_communes,
    in_commune,
    info_of,
)
from tenants.communes.hosts import commune_url, forget_hosts
from tenants.communes.models import Commune, Domain, Figures
from tenants.communes.official_list import (
    OfficialCommune,
    agency_code,
    host_label,
    official_commune,
)
from tenants.communes.versions import code_version, oldest_code_of
from tenants.fleet.blueprint import Blueprint, get_blueprint
from tenants.fleet.grants import schema_grants
from tenants.kit.text import fold, sort_key
from tenants.organisation.models import Letterhead, Official, Role

ADMINISTRATOR_TITLE = "Quản trị hệ thống"


class OnboardingFailed(Exception):
    """A commune could not be onboarded; the sentence says why and what to do."""


class Outcome(enum.Enum):
    """What onboarding found to do."""

    CREATED = "created"
    ALREADY_ONBOARDED = "already onboarded"


@dataclass(frozen=True)
class OnboardingResult:
    """What came of onboarding one commune."""

    commune: OfficialCommune
    outcome: Outcome
    url: str
    invitation: str = ""
    """Where the first administrator sets a password; empty once that was done."""


def onboard_commune(code: str, *, administrator_email: str | None = None) -> OnboardingResult:
    """Give a commune of the official list its system; nothing happens if it has one.

    Registry row, host, schema, rights, letterhead and first administrator come together or not
    at all. The administrator has no password yet and sets one by the invitation. Raises
    UnknownCommune, BlueprintUnavailable. Run by the owner's role.
    """
    official = official_commune(code)
    blueprint = get_blueprint()
    with at_centre():
        outcome = _create(official, blueprint, administrator_email or default_email(code))
        forget_communes()
        forget_hosts()
        invitation = _invitation(code)
    return OnboardingResult(official, outcome, commune_url(code), invitation)


def default_email(code: str) -> str:
    """The sign-in name of a commune's first administrator when no other was given."""
    return f"quantri.{code}@{settings.BASE_DOMAIN}"


def _invitation(code: str) -> str:
    """The link for the commune's first administrator, if they have no password yet."""
    with in_commune(code):
        first = (
            Official.objects.filter(roles=Role.ADMINISTRATOR.value, active=True)
            .order_by("id")
            .first()
        )
    account = Account.objects.filter(pk=first.account_id).first() if first else None
    if account is None or account.has_usable_password():
        return ""
    return invitation_url(account, code)


def _create(official: OfficialCommune, blueprint: Blueprint, administrator_email: str) -> Outcome:
    if Commune.objects.filter(code=official.code).exists():
        return Outcome.ALREADY_ONBOARDED
    try:
        with transaction.atomic():
            commune = _register(official)
            _create_schema(commune.schema_name, letterhead_of(official), blueprint)
            # Entering reads the marker, so what was just made is checked by what will use it.
            with entered(info_of(commune)):
                _appoint_administrator(official, administrator_email)
    except IntegrityError:
        if Commune.objects.filter(code=official.code).exists():
            return Outcome.ALREADY_ONBOARDED  # another process was first
        raise
    return Outcome.CREATED


def letterhead_of(official: OfficialCommune) -> Letterhead:
    """Return the letterhead a commune starts with; its administrator completes it."""
    return Letterhead(
        commune_code=official.code,
        agency_code=agency_code(official.code, timezone.localdate()),
        agency_name=f"Ủy ban nhân dân {official.name}".upper(),
        centre_name=f"Trung tâm phục vụ hành chính công {official.name}",
        place_name=official.short_name,
        leader_title="Chủ tịch",
    )


def _register(official: OfficialCommune) -> Commune:
    commune = Commune(
        code=official.code,
        schema_name=f"xa_{official.code}",
        name=official.name,
        kind=official.kind,
        province_code=official.province_code,
        province_name=official.province_name,
        folded=fold(official.full_name),
        sort_key=sort_key(official.short_name),
        schema_version=code_version(),
        oldest_code=oldest_code_of(code_version()),
    )
    # Not save(): the library's asks the whole registry and the catalogue first.
    Commune.objects.bulk_create([commune])
    Figures.objects.bulk_create([Figures(commune_code=official.code)])
    Domain.objects.bulk_create(
        [Domain(domain=host_label(official.code), tenant=commune, is_primary=True)]
    )
    return commune


def _create_schema(schema_name: str, letterhead: Letterhead, blueprint: Blueprint) -> None:
    schema = sql.Identifier(schema_name)
    parts: list[sql.Composable] = [
        sql.SQL("CREATE SCHEMA {}").format(schema),
        sql.SQL("SET LOCAL search_path TO {}").format(schema),
        *(sql.SQL(statement.rstrip().rstrip(";")) for statement in blueprint.statements),
        _insert("django_migrations", ("app", "name", "applied"), _applied(blueprint)),
        _insert(*_row_of(letterhead)),
        *schema_grants(schema_name, blueprint.append_only_tables),
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(";\n").join(parts).as_string(cursor.cursor))
    finally:
        connection.forget_search_path()  # type: ignore[attr-defined]


def _applied(blueprint: Blueprint) -> list[tuple[object, ...]]:
    now = timezone.now()
    return [(app, name, now) for app, name in blueprint.migrations]


def _row_of(letterhead: Letterhead) -> tuple[str, tuple[str, ...], list[tuple[object, ...]]]:
    fields = Letterhead._meta.concrete_fields
    values = tuple(getattr(letterhead, field.attname) for field in fields)
    return Letterhead._meta.db_table, tuple(str(field.column) for field in fields), [values]


def _insert(
    table: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> sql.Composable:
    comma = sql.SQL(", ")
    values = (
        sql.SQL("({})").format(comma.join(sql.Literal(value) for value in row)) for row in rows
    )
    return sql.SQL("INSERT INTO {} ({}) VALUES {}").format(
        sql.Identifier(table), comma.join(map(sql.Identifier, columns)), comma.join(values)
    )


def _appoint_administrator(official: OfficialCommune, email: str) -> None:
    account = Account.objects.filter(email=email.strip().lower()).first()
    if account is None:
        account = Account.objects.create_user(
            full_name=f"Quản trị {official.name}", phone=None, email=email, password=None
        )
    Official.objects.create(
        account_id=account.pk,
        name=account.full_name[:100],
        title=ADMINISTRATOR_TITLE,
        roles=Role.ADMINISTRATOR.value,
    )

"""Onboarding: giving a commune its system, in one transaction and a few milliseconds."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
    connection,
    transaction,
)
from django.utils import timezone
from psycopg2 import errors

from tenants.accounts.models import Account, normalise_email
from tenants.communes.current import at_centre, entered, forget_communes, info_of
from tenants.communes.database.base import MARKER_TABLE, MarkerMissing
from tenants.communes.hosts import commune_url, forget_hosts
from tenants.communes.models import Commune, Domain, Figures
from tenants.communes.official_list import (
    OfficialCommune,
    UnknownCommune,
    agency_code,
    host_label,
    official_commune,
)
from tenants.communes.versions import SchemaStep, code_version, oldest_code_of
from tenants.fleet.blueprint import Blueprint, BlueprintUnavailable, get_blueprint
from tenants.fleet.statements import insert_statement, literal, schema_statements, send_as_one
from tenants.jobs.schedule import schedules_statement
from tenants.kit.text import fold, sort_key
from tenants.organisation.models import Letterhead, Official, Role

ADMINISTRATOR_TITLE = "Quản trị hệ thống"


class OnboardingFailed(Exception):
    """A commune could not be onboarded; the sentence says why and what to do."""


class StraySchema(OnboardingFailed):
    """A schema of the commune's name is there, and no commune that it belongs to."""

    def __init__(self, schema_name: str) -> None:
        super().__init__(
            f"Trong cơ sở dữ liệu đã có sẵn lược đồ {schema_name} mà đơn vị này chưa có trong "
            "danh sách tham gia, có thể còn sót từ một lần gỡ hoặc khôi phục. Hãy xem bên trong; "
            f"không cần nữa thì xóa (DROP SCHEMA {schema_name} CASCADE), còn cần thì đổi tên, "
            "rồi đưa đơn vị vào lại."
        )


class SchemaMissing(OnboardingFailed):
    """The commune is registered, and its schema is gone or not whole."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Đơn vị {code} đã có trong danh sách tham gia nhưng dữ liệu (lược đồ xa_{code}) bị "
            "mất hoặc không trọn vẹn, nên không tạo mới đè lên. Hãy khôi phục từ bản lưu bằng "
            "lệnh restore_commune."
        )


class HostTaken(OnboardingFailed):
    """The commune's host leads to another one."""

    def __init__(self, label: str, holder: str) -> None:
        super().__init__(
            f"Tên miền “{label}.{settings.BASE_DOMAIN}” đang dùng cho đơn vị mã {holder}. Hãy "
            "trả tên miền đó về đúng đơn vị rồi đưa vào lại."
        )


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


def onboard_commune(code: str, *, administrator_email: str | None = None) -> OnboardingResult:
    """Give a commune of the official list its system; nothing happens if it has one.

    Registry row, host, schema, rights, letterhead and first administrator come together or not
    at all. The administrator has no password yet and sets one by an invitation
    (`tenants.fleet.invitations`). Raises UnknownCommune, BlueprintUnavailable,
    OnboardingFailed. Run by the owner's role.
    """
    official = official_commune(code)
    with at_centre():
        if code in whole_communes([code]):
            outcome = Outcome.ALREADY_ONBOARDED
        else:
            outcome = onboard_new(official, administrator_email)
    return OnboardingResult(official, outcome, commune_url(code))


def onboard_new(official: OfficialCommune, administrator_email: str | None = None) -> Outcome:
    """Onboard, from the centre, a commune that was not there a moment ago.

    Another process may be first. Raises BlueprintUnavailable, OnboardingFailed.
    """
    blueprint = present_blueprint()
    try:
        with transaction.atomic():
            _create(official, blueprint, administrator_email or default_email(official.code))
    except (IntegrityError, ProgrammingError) as error:
        if whole_communes([official.code]):
            return Outcome.ALREADY_ONBOARDED
        raise _explained(official, error) from error
    forget_communes(official.code)
    forget_hosts(official.code)
    return Outcome.CREATED


def present_blueprint() -> Blueprint:
    """Return the blueprint of the present migrations; its file is looked for once."""
    return _blueprint_of(tuple(settings.COMMUNE_MIGRATIONS), str(settings.BLUEPRINT_DIR))


@lru_cache(maxsize=4)
def _blueprint_of(_steps: tuple[SchemaStep, ...], _folder: str) -> Blueprint:
    return get_blueprint()


def present_communes(codes: Iterable[str]) -> dict[str, bool]:
    """Return which of these are registered and whether each has its schema, in one statement.

    It reads the catalogue: for the owner's processes, not for pages.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, to_regclass(schema_name || %s) IS NOT NULL "
            "FROM public.communes_commune WHERE code = ANY(%s)",
            [f".{MARKER_TABLE}", list(codes)],
        )
        return dict(cursor.fetchall())


def whole_communes(codes: Iterable[str]) -> set[str]:
    """Return which of these are onboarded; raises SchemaMissing for one without its schema."""
    present = present_communes(codes)
    for code, has_schema in present.items():
        if not has_schema:
            raise SchemaMissing(code)
    return set(present)


def failure_reason(error: Exception) -> str:
    """Return why a commune could not be onboarded, as a sentence for the operator."""
    if isinstance(error, OnboardingFailed | UnknownCommune | BlueprintUnavailable | MarkerMissing):
        return str(error)
    if isinstance(error, DatabaseError | InterfaceError):
        # The lines after the first hold details and the statement.
        return f"Cơ sở dữ liệu báo lỗi: {str(error).strip().partition(chr(10))[0]}"
    return f"Lỗi của phần mềm ({type(error).__name__}); chi tiết có trong nhật ký."


def default_email(code: str) -> str:
    """The sign-in name of a commune's first administrator when no other was given."""
    return f"quantri.{code}@{settings.BASE_DOMAIN}"


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


def _create(official: OfficialCommune, blueprint: Blueprint, administrator_email: str) -> None:
    commune = _registry_row(official)
    email = normalise_email(administrator_email)
    domain = Domain(domain=host_label(official.code), tenant=commune, is_primary=True)
    send_as_one(
        [
            # First: of two processes the second waits here, and learns that it was second.
            insert_statement(commune, schema="public"),
            insert_statement(Figures(commune_code=official.code), schema="public"),
            insert_statement(domain, schema="public"),
            schedules_statement([official.code]),
            _account_unless_there(official, email),
            *schema_statements(commune.schema_name, blueprint),
            insert_statement(letterhead_of(official)),
            _administrator(email),
        ]
    )
    # Entering reads the marker, so what was just made is checked by what will use it.
    with entered(info_of(commune)):
        connection.apply_search_path()  # type: ignore[attr-defined]


def _registry_row(official: OfficialCommune) -> Commune:
    version = code_version()
    return Commune(
        code=official.code,
        schema_name=f"xa_{official.code}",
        name=official.name,
        kind=official.kind,
        province_code=official.province_code,
        province_name=official.province_name,
        folded=fold(official.full_name),
        sort_key=sort_key(official.short_name),
        schema_version=version,
        oldest_code=oldest_code_of(version),
    )


def _account_unless_there(official: OfficialCommune, email: str) -> str:
    account = Account(full_name=f"Quản trị {official.name}", email=email)
    account.set_unusable_password()
    return f"{insert_statement(account, schema='public')} ON CONFLICT (email) DO NOTHING"


def _administrator(email: str) -> str:
    # The account may have been there before, with a name of its own.
    return insert_statement(
        Official(title=ADMINISTRATOR_TITLE, roles=Role.ADMINISTRATOR.value),
        expressions={"account_id": "account.id", "name": "left(account.full_name, 100)"},
        source=f"FROM public.accounts_account AS account WHERE account.email = {literal(email)}",
    )


def _explained(official: OfficialCommune, error: DatabaseError) -> Exception:
    """Return the error in words, where the cause is one that somebody can put right."""
    cause, label = error.__cause__, host_label(official.code)
    schema_name = f"xa_{official.code}"
    if isinstance(cause, errors.DuplicateSchema):
        return StraySchema(schema_name)
    if isinstance(cause, errors.UniqueViolation):
        if cause.diag.table_name == "pg_namespace":  # made at this moment by somebody else
            return StraySchema(schema_name)
        holder = Domain.objects.filter(domain=label).values_list("tenant_id", flat=True).first()
        if holder is not None:
            return HostTaken(label, holder)
    return error

"""The rules that keep the way to a Citus cluster open, held on plain PostgreSQL.

docs/citus.md says why each is there. Where a rule is about statements, whole journeys are driven
through the pages with the settings of a cluster, and every statement they send is looked at.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import sqlparse
from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import IntegrityError, InternalError, OperationalError, connection, models
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.communes.models import Commune
from tenants.fleet.blueprint import get_blueprint, get_steps
from tenants.fleet.onboarding import onboard_commune
from tenants.jobs.loop import queue_what_is_due
from tenants.jobs.models import Job, Schedule
from tenants.jobs.runner import run_next_job
from tenants.kit.commit_errors import REFUSED_COMMIT
from tests.citus_database import on_one_server
from tests.factories import make_account
from tests.journeys.answers import filing
from tests.journeys.people_at_work import Citizen, Desk
from tests.journeys.test_procedures import bring_to_result, track
from tests.test_architecture import ROOT, is_shared, our_models

HOUSES = ("tenants", "documents", "services", "citizens", "config")
HOAN_KIEM = "00070"
PASSWORD = "một câu dài dễ nhớ"

# Django's and the libraries' own tables; only commands and the central site write to them, and
# those work through the coordinator, where short numbers are handed out.
SHORT_NUMBERS = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "socialaccount_socialaccount",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
}


# ── What the rules look at ───────────────────────────────────────────────
def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall()


@cache
def product() -> dict[str, ast.Module]:
    """The product's modules by path."""
    paths = [path for house in HOUSES for path in (ROOT / house).rglob("*.py")]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in paths}


def texts(tree: ast.Module) -> Iterator[str]:
    """The strings of a module that are not docstrings: SQL is among them."""
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def places_of(pattern: str) -> set[str]:
    """Where the product's strings contain something, as paths."""
    return {
        path
        for path, tree in product().items()
        if any(re.search(pattern, text, re.I) for text in texts(tree))
    }


def making_statements() -> list[str]:
    """Everything that makes or changes a commune's schema."""
    steps = [part for step in get_steps() for part in step.parts if isinstance(part, str)]
    return [*get_blueprint().statements, *steps]


def tables(of_communes: bool) -> set[str]:
    every = apps.get_models(include_auto_created=True)
    return {m._meta.db_table for m in every if is_shared(m) != of_communes}


@contextmanager
def recorded() -> Iterator[list[str]]:
    statements: list[str] = []

    def remember(execute: Any, query: Any, *rest: Any) -> Any:
        statements.append(
            query if isinstance(query, str) else query.as_string(connection.connection)
        )
        return execute(query, *rest)

    with connection.execute_wrapper(remember):
        yield statements


_kept: list[str] = []


@pytest.fixture
def journey(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo, settings: Settings) -> list[str]:
    """The statements of a day: signing in, filing, processing, jobs, collecting, looking up.

    The journey is made once; the rules look at it in turn.
    """
    settings.CITUS = True
    if not _kept:
        _kept.extend(_statements_of_a_day(ba_dinh))
    return _kept


def _statements_of_a_day(ba_dinh: CommuneInfo) -> list[str]:
    account = make_account("Nguyễn Thị Hoài Thương", email="thuong@vidu.vn")
    account.set_password(PASSWORD)
    account.save()
    one = filing("2.000908", commune=ba_dinh.code)
    with in_commune(ba_dinh.code):
        for role in ("reception", "specialist", "head", "leader", "clerk"):
            Desk(ba_dinh, role)
    with recorded() as statements:
        centre = Client(SERVER_NAME=settings.BASE_DOMAIN)
        centre.post("/tai-khoan/dang-nhap/", {"login": "thuong@vidu.vn", "password": PASSWORD})
        assert "_auth_user_id" in centre.session
        assert centre.get("/ho-so-cua-toi/").status_code == 200
        citizen = Citizen(ba_dinh, account)
        case = citizen.file(one.code, one.answers, one.papers)
        case = bring_to_result(ba_dinh, case, one.entries)
        _run_jobs()
        citizen.result(case)
        track(ba_dinh, case.code, "001199012412")  # a stranger's number: refused, and asked for
        assert citizen.client.get("/").status_code == 200
    assert len(statements) > 200
    return statements


def _run_jobs() -> None:
    """Run what was enqueued; on a busy machine a job may need a second attempt."""
    Schedule.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    waiting = Job.objects.filter(queue="default").exclude(state="done")
    for _ in range(3):
        queue_what_is_due()
        while run_next_job(("default",)) is not None:
            pass
        if not waiting.update(state="queued", not_before=timezone.now()):
            return
    raise AssertionError(waiting.values_list("task", "error"))


# ── The rules ────────────────────────────────────────────────────────────
def test_rule_01_no_constraint_crosses_schemas(db: None) -> None:
    crossing = rows(
        "SELECT conname FROM pg_constraint c JOIN pg_class target ON target.oid = c.confrelid "
        "WHERE c.contype = 'f' AND c.connamespace <> target.relnamespace"
    )
    assert crossing == []
    inside = "contype = 'f' AND connamespace = 'xa_00004'::regnamespace"
    assert rows(f"SELECT 1 FROM pg_constraint WHERE {inside}")


@pytest.mark.parametrize("model", apps.get_models(include_auto_created=True), ids=str)
def test_rule_02_keys_never_collide_between_nodes(model: type[Model]) -> None:
    """UUIDs, numbers of 64 bits, or the thing's own name: a node hands out no short numbers."""
    key = model._meta.pk
    if model._meta.db_table in SHORT_NUMBERS:
        assert not model.__module__.startswith(HOUSES)
    elif isinstance(key, models.AutoField | models.BigAutoField):
        assert key.get_internal_type() == "BigAutoField"
        assert is_shared(model)
    else:
        assert isinstance(
            key, models.UUIDField | models.CharField | models.PositiveSmallIntegerField
        )


def test_rule_02_no_migration_changes_an_identity() -> None:
    assert not [
        s for s in making_statements() if re.search(r"(ADD|SET|DROP) (GENERATED|IDENTITY)", s)
    ]


def test_rule_03_every_table_has_a_primary_key(db: None) -> None:
    without = rows(
        "SELECT oid::regclass::text FROM pg_class t WHERE relkind IN ('r', 'p') "
        "AND relnamespace IN ('public'::regnamespace, 'xa_00004'::regnamespace) "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = t.oid AND contype = 'p')"
    )
    assert without == []


def test_rule_03_every_table_is_an_ordinary_one(db: None) -> None:
    kinds = rows(
        "SELECT DISTINCT relkind, relpersistence, relispartition OR EXISTS ("
        "    SELECT 1 FROM pg_inherits WHERE t.oid IN (inhrelid, inhparent) AND relkind = 'r')"
        "FROM pg_class t WHERE relkind NOT IN ('i', 'S', 't') "
        "AND relnamespace IN ('public'::regnamespace, 'xa_00004'::regnamespace)"
    )
    assert kinds == [("r", "p", False)]
    unusual = re.compile(r"UNLOGGED|INHERITS|FOREIGN TABLE|PARTITION (BY|OF)", re.I)
    assert not [s for s in making_statements() if unusual.search(s)]


def test_rule_04_one_alias_two_roles_and_each_communes_cluster(ba_dinh: CommuneInfo) -> None:
    assert list(settings.DATABASES) == ["default"]
    assert Commune.objects.get(code=ba_dinh.code).cluster == "main"
    owner_only = {"migrate_fleet", "move_commune", "onboard", "prepare_database", "restore_commune"}
    from manage import OWNER_COMMANDS

    assert owner_only <= OWNER_COMMANDS
    # Every table belongs to the owner; the application only uses it.
    owners = rows(
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('public', 'xa_00004')"
    )
    assert owners != [(connection.settings_dict["USER"],)] and len(owners) == 1


class TestRule05OneStatementAtATime:
    def test_onboarding_sends_them_one_by_one(self, as_owner: None, settings: Settings) -> None:
        settings.CITUS = True
        with recorded() as sent:
            onboard_commune(HOAN_KIEM)
        assert all(len(sqlparse.split(statement)) == 1 for statement in sent)
        made = next(at for at, statement in enumerate(sent) if "CREATE SCHEMA" in statement)
        assert sent[made - 1] == "SET LOCAL citus.enable_schema_based_sharding TO on"
        assert len(sent) > 40
        with in_commune(HOAN_KIEM):
            assert rows("SELECT roles FROM organisation_official") == [("administrator",)]

    @on_one_server
    def test_on_one_server_they_are_one_message(self, as_owner: None) -> None:
        with recorded() as sent:
            onboard_commune(HOAN_KIEM)
        assert len(sent) < 12
        assert not [statement for statement in sent if "citus" in statement]

    def test_each_step_of_an_upgrade_is_one_statement(self) -> None:
        assert all(len(sqlparse.split(statement)) == 1 for statement in making_statements())

    def test_the_search_path_is_set_on_this_node(
        self, ba_dinh: CommuneInfo, settings: Settings
    ) -> None:
        """A statement that names a commune's table may run on another node."""
        settings.CITUS = True
        with recorded() as sent, in_commune(ba_dinh.code):
            assert rows("SELECT commune_code FROM organisation_letterhead") == [("00004",)]
        setting = [statement for statement in sent if "set_config" in statement]
        assert setting == ["SELECT set_config('search_path', %s, false)"]


class TestRule06SharedTables:
    def test_every_shared_table_is_in_one_of_the_lists(self, db: None) -> None:
        listed = [*settings.REFERENCE_TABLES, *settings.MANAGED_LOCAL_TABLES]
        assert len(listed) == len(set(listed))
        assert set(listed) == tables(of_communes=False) | {"django_migrations"}
        assert set(listed) == {
            name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }

    def test_no_reference_table_refers_to_a_managed_one(self) -> None:
        """Citus refuses such a key."""
        for model in our_models():
            if model._meta.db_table in settings.REFERENCE_TABLES:
                for field in model._meta.concrete_fields:
                    assert not field.is_relation

    def test_no_page_writes_to_a_reference_table(self, journey: list[str]) -> None:
        assert changes_of(journey, settings.REFERENCE_TABLES) == []
        assert changes_of(journey, ("django_session", "jobs_job", "tracking_trackedcase"))

    def test_signing_in_leaves_no_trace_on_the_account(self) -> None:
        assert Account.last_login is None
        assert "last_login" not in {field.name for field in Account._meta.get_fields()}


def changes_of(statements: list[str], names: Any) -> list[str]:
    pattern = rf"(INSERT INTO|UPDATE|DELETE FROM)\s+(public\.)?\"?({'|'.join(names)})\b"
    return [s for s in statements if re.search(pattern, s)]


def test_rule_07_a_transaction_works_in_one_commune(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    """The connection refuses a second one (tests/tenants/communes/test_database.py)."""
    from django.db import transaction

    from tenants.communes.database.base import TwoCommunes

    with pytest.raises(TwoCommunes), transaction.atomic():
        for commune in (ba_dinh, ngoc_ha):
            with in_commune(commune.code):
                rows("SELECT 1 FROM organisation_letterhead")


class TestRule08RefusedCommits:
    def test_what_a_node_refuses_is_known_under_both_names(self) -> None:
        assert issubclass(IntegrityError, REFUSED_COMMIT)
        assert issubclass(InternalError, REFUSED_COMMIT)
        assert not issubclass(OperationalError, REFUSED_COMMIT)

    def test_only_the_helper_knows_the_second_name(self) -> None:
        knows = {path for path, tree in product().items() if "InternalError" in names_in(tree)}
        assert knows == {"tenants/kit/commit_errors.py"}

    def test_nothing_depends_on_names_of_constraints_or_on_fixtures(self) -> None:
        forbidden = {"constraint_name", "sequence_reset_sql", "loaddata", "dumpdata"}
        assert not {path for path, tree in product().items() if names_in(tree) & forbidden}
        assert not list(ROOT.glob("*/**/fixtures"))

    def test_no_page_puts_its_constraints_off_or_forward(self, journey: list[str]) -> None:
        assert not [statement for statement in journey if "SET CONSTRAINTS" in statement]


def names_in(tree: ast.Module) -> set[str]:
    return {
        getattr(node, "id", None) or getattr(node, "attr", "") or getattr(node, "name", "") or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute | ast.alias)
    }


def test_rule_09_triggers_and_session_variables_decide_nothing(db: None) -> None:
    triggers = rows(
        "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT tgisinternal "
        "AND relnamespace IN ('public'::regnamespace, 'xa_00004'::regnamespace)"
    )
    assert triggers == []
    assert rows("SELECT 1 FROM pg_proc WHERE pronamespace = 'public'::regnamespace") == []
    assert places_of(r"CREATE (OR REPLACE )?(TRIGGER|FUNCTION|RULE)|current_setting\(") == set()


def test_rule_10_no_materialised_views(db: None) -> None:
    assert rows("SELECT matviewname FROM pg_matviews") == []
    assert places_of(r"MATERIALI[SZ]ED VIEW") == set()


class TestRule11Joins:
    def test_a_communes_tables_are_joined_with_nothing_that_lies_elsewhere(
        self, journey: list[str]
    ) -> None:
        elsewhere = set(settings.MANAGED_LOCAL_TABLES) - {"django_migrations"}
        own = tables(of_communes=True)
        mixed = [s for s in journey if words(s) & own and words(s) & elsewhere]
        assert mixed == []
        assert [s for s in journey if words(s) & own]

    def test_no_statement_names_two_communes(self, journey: list[str]) -> None:
        assert not [s for s in journey if len(set(re.findall(r"xa_\d{5}", s))) > 1]


def words(statement: str) -> set[str]:
    return set(re.findall(r"\w+", statement))


def test_rule_12_no_query_asks_where_rows_lie(journey: list[str]) -> None:
    asking = re.compile(r"current_schema|tableoid|\bctid\b|\bpg_class\b|information_schema", re.I)
    assert not [statement for statement in journey if asking.search(statement)]
    # The fleet's own commands may: they run as the owner, through the coordinator.
    places = places_of(r"current_schema\(|tableoid|\bctid\b|count\(\*\) FROM pg_class")
    assert places == set()


def test_rule_13_advisory_locks_are_the_owners(journey: list[str]) -> None:
    assert not [statement for statement in journey if "advisory" in statement]
    places = places_of(r"pg_(try_)?advisory")
    assert places and all(place.startswith("tenants/fleet/") for place in places)


def test_rule_14_a_commune_has_one_identity_and_it_can_be_set(db: None) -> None:
    """`set_identities_to_maximum` sets it: tests/tenants/fleet/test_sharding.py."""
    found = rows(
        "SELECT relname, attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid "
        "WHERE relnamespace = 'xa_00004'::regnamespace AND relkind = 'r' "
        "AND (attidentity <> '' OR pg_get_serial_sequence('xa_00004.' || relname, attname) <> '')"
    )
    assert found == [("django_migrations", "id")]


def test_rule_15_one_commune_is_the_unit_of_backup() -> None:
    """Rehearsed both ways by the tests of tenants/fleet/archive."""
    fleets = {name for name, app in get_commands().items() if app == "tenants.fleet"}
    assert {"export_commune", "restore_commune", "drop_commune"} <= fleets


# ── Forms that Citus refuses for managed tables, by its documentation ────
_ACTING = r"(pg_notify|clock_timestamp|gen_random_uuid|random|nextval)\("
REFUSED = {
    "rows locked inside WITH": r"^\s*WITH\b.*\bFOR UPDATE\b",
    "a query among an INSERT's values": r"^\s*INSERT\b[^']*\bVALUES\b.*\(\s*SELECT\b",
    "a function that acts in RETURNING": rf"\bRETURNING\b.*\b{_ACTING}",
    "a function that acts in an UPDATE": rf"^\s*UPDATE\b.*\b{_ACTING}",
    "a clock inside a CASE of an UPDATE": r"^\s*UPDATE\b.*\bCASE\b.*TIMESTAMP\(\).*\bEND\b",
}


@pytest.mark.parametrize("form", REFUSED)
def test_pages_and_jobs_send_no_form_that_citus_refuses(journey: list[str], form: str) -> None:
    refused = re.compile(REFUSED[form], re.I | re.S)
    assert [statement for statement in journey if refused.search(statement)] == []


def test_preparing_a_database_declares_the_shared_tables(
    as_owner: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.tenants.fleet.citus_lookalike import make_lookalike

    settings.CITUS = True
    make_lookalike()
    call_command("prepare_database", verbosity=0)
    assert rows("SELECT count(*) FROM pg_dist_partition") == [
        (len(settings.REFERENCE_TABLES) + len(settings.MANAGED_LOCAL_TABLES),)
    ]

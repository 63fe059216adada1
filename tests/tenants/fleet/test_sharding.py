"""Declaring shared tables to Citus, and letting identities go on after a restore."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tenants.fleet.sharding import (
    DeclaredOtherwise,
    declare_shared_tables,
    set_identities_to_maximum,
)
from tests.tenants.fleet.citus_lookalike import make_lookalike


def declared() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT logicalrelid::text, repmodel FROM pg_dist_partition")
        return dict(cursor.fetchall())


class TestDeclaring:
    def test_without_a_cluster_nothing_is_sent(self, db: None):
        with CaptureQueriesContext(connection) as queries:
            assert declare_shared_tables() == []
        assert len(queries) == 0

    def test_each_table_is_declared_once_as_the_lists_say(self, as_owner: None, settings: Settings):
        settings.CITUS = True
        make_lookalike()
        names = declare_shared_tables()
        assert names[: len(settings.REFERENCE_TABLES)] == list(settings.REFERENCE_TABLES)
        assert declared() == {
            **dict.fromkeys(settings.REFERENCE_TABLES, "t"),
            **dict.fromkeys(settings.MANAGED_LOCAL_TABLES, "s"),
        }
        assert declare_shared_tables() == []

    def test_a_table_that_citus_took_in_by_itself_is_declared_too(
        self, as_owner: None, settings: Settings
    ):
        settings.CITUS = True
        make_lookalike()
        declare_shared_tables()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pg_dist_partition SET autoconverted = true "
                "WHERE logicalrelid = 'account_emailaddress'::regclass"
            )
        assert declare_shared_tables() == ["account_emailaddress"]

    def test_a_table_of_the_other_kind_stops_it(self, as_owner: None, settings: Settings):
        settings.CITUS = True
        make_lookalike()
        with connection.cursor() as cursor:
            cursor.execute("SELECT create_reference_table('jobs_job')")
        with pytest.raises(DeclaredOtherwise, match="jobs_job"):
            declare_shared_tables()
        assert set(declared()) == {"jobs_job"}


class TestIdentities:
    def test_the_next_number_comes_after_the_highest_row(self, as_owner: None):
        add = "INSERT INTO xa_00004.django_migrations (app, name, applied) VALUES ('x', 'y', now())"
        with connection.cursor() as cursor:
            cursor.execute("UPDATE xa_00004.django_migrations SET id = id + 5000")
            set_identities_to_maximum("xa_00004")
            cursor.execute(f"{add} RETURNING id = (SELECT max(id) FROM xa_00004.django_migrations)")
            cursor.execute("SELECT max(id) - 5000 FROM xa_00004.django_migrations")
            (above,) = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM xa_00004.django_migrations")
            assert (above,) == cursor.fetchone()

    def test_an_empty_table_begins_with_one(self, as_owner: None):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM xa_00004.django_migrations")
            set_identities_to_maximum("xa_00004")
            cursor.execute(
                "INSERT INTO xa_00004.django_migrations (app, name, applied) "
                "VALUES ('x', 'y', now()) RETURNING id"
            )
            assert cursor.fetchone() == (1,)

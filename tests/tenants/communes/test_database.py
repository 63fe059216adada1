"""The search path and the marker, by fault: what goes wrong must never read another's rows."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from tenants.communes.current import CommuneInfo, at_centre, entered, in_commune
from tenants.communes.database.base import MarkerMissing, TwoCommunes
from tenants.communes.models import Commune
from tenants.organisation.models import Department, Letterhead, get_letterhead
from tests.citus_database import on_one_server
from tests.database import TestServer


def _search_path() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return str(cursor.fetchone()[0])


@on_one_server
def test_a_change_of_commune_costs_one_statement_and_staying_none(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo, django_assert_num_queries: DjangoAssertNumQueries
):
    with in_commune("00004"):
        with django_assert_num_queries(2):
            Department.objects.count()
        with django_assert_num_queries(3):
            for _ in range(3):
                Department.objects.count()
        with django_assert_num_queries(0), in_commune("00008"):
            pass
        with django_assert_num_queries(1), in_commune("00004"):
            Department.objects.count()


def test_a_cursor_opened_before_works_in_the_present_commune(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
):
    query = "SELECT commune_code FROM organisation_letterhead"
    with in_commune("00004"), connection.cursor() as cursor:
        with in_commune("00008"):
            cursor.execute(query)
            assert cursor.fetchone() == ("00008",)
        cursor.execute(query)
        assert cursor.fetchone() == ("00004",)


class TestTheMarker:
    def test_a_schema_without_its_marker_cannot_be_read(self, ba_dinh: CommuneInfo):
        with in_commune("00004"):
            Letterhead.objects.all().delete()
        with in_commune("00004"):
            connection.forget_search_path()
            for _ in range(2):
                with pytest.raises(MarkerMissing):
                    Department.objects.count()

    def test_a_schema_with_anothers_marker_cannot_be_read(self, ba_dinh: CommuneInfo):
        with in_commune("00004"):
            Letterhead.objects.update(commune_code="00008")
            connection.forget_search_path()
            with pytest.raises(MarkerMissing, match="00008"):
                Department.objects.count()

    def test_a_schema_that_does_not_exist_cannot_be_read(self, db: None, ba_dinh: CommuneInfo):
        missing = CommuneInfo(**{**vars(ba_dinh), "code": "00070", "schema_name": "xa_00070"})
        with pytest.raises(MarkerMissing), transaction.atomic(), entered(missing):
            Department.objects.count()

    def test_shared_tables_are_not_read_through_it_either(self, ba_dinh: CommuneInfo):
        from tenants.communes.models import Commune

        missing = CommuneInfo(**{**vars(ba_dinh), "code": "00070", "schema_name": "xa_00070"})
        with pytest.raises(MarkerMissing), transaction.atomic(), entered(missing):
            Commune.objects.count()

    def test_a_schema_name_that_is_no_communes_is_refused(self, db: None):
        connection.set_schema("pg_temp_1")
        with pytest.raises(Exception, match="schema"), transaction.atomic():
            Department.objects.count()
        connection.set_schema("information_schema")
        with pytest.raises(MarkerMissing), transaction.atomic():
            Department.objects.count()
        connection.set_schema_to_public()

    def test_a_rollback_works_where_the_marker_is_missing(self, ba_dinh: CommuneInfo):
        with in_commune("00004"):
            with pytest.raises(MarkerMissing), transaction.atomic():
                Letterhead.objects.all().delete()
                connection.forget_search_path()
                Department.objects.count()
            assert get_letterhead().commune_code == "00004"


class TestForgetting:
    """After each of these the server's search path is not what it was; so it is set anew."""

    def test_rolling_back_to_a_savepoint(self, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
        with in_commune("00004"):
            get_letterhead()
            with transaction.atomic(), in_commune("00008"):
                get_letterhead()
                transaction.set_rollback(True)
            with in_commune("00008"):
                assert get_letterhead().commune_code == "00008"
            assert _search_path().startswith('"xa_00004"')

    def test_an_error_inside_a_savepoint(self, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
        with in_commune("00004"):
            get_letterhead()
        with in_commune("00008"):
            with pytest.raises(ProgrammingError), transaction.atomic():
                get_letterhead()
                with connection.cursor() as cursor:
                    cursor.execute("SELECT no_such_column")
            assert get_letterhead().commune_code == "00008"

    @pytest.mark.django_db(transaction=True)
    def test_rolling_back_a_transaction(self, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
        with in_commune("00004"):
            get_letterhead()
        with in_commune("00008"):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                get_letterhead()
                _ = 1 / 0
            assert get_letterhead().commune_code == "00008"

    @pytest.mark.django_db(transaction=True)
    def test_closing_the_connection(self, in_ba_dinh: CommuneInfo):
        get_letterhead()
        connection.close()
        assert get_letterhead().commune_code == "00004"

    @pytest.mark.django_db(transaction=True)
    def test_a_connection_put_away_without_closing_it_here(self, in_ba_dinh: CommuneInfo):
        get_letterhead()
        connection.connection.close()
        connection.connection = None  # as the library's migrations do
        assert get_letterhead().commune_code == "00004"

    @pytest.mark.django_db(transaction=True)
    def test_a_refused_commit(self, in_ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
        get_letterhead()
        connection.set_autocommit(False)
        try:
            with in_commune("00008"):
                get_letterhead()
                with pytest.raises(ProgrammingError), connection.cursor() as cursor:
                    cursor.execute("SELECT no_such_column")
                connection.commit()  # which the server turns into a rollback
                assert get_letterhead().commune_code == "00008"
        finally:
            connection.rollback()
            connection.set_autocommit(True)


class TestOneCommuneATransaction:
    """Two communes may lie on two machines."""

    def test_a_second_commune_is_refused(self, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
        with pytest.raises(TwoCommunes, match=r"xa_00004.*xa_00008"), transaction.atomic():
            with in_commune("00004"):
                get_letterhead()
            with in_commune("00008"):
                get_letterhead()

    def test_a_commune_entered_before_the_transaction_counts(
        self, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
    ):
        with in_commune("00004"):
            get_letterhead()
            with pytest.raises(TwoCommunes), transaction.atomic():
                get_letterhead()
                with in_commune("00008"):
                    get_letterhead()

    def test_what_was_rolled_back_to_a_savepoint_counts(
        self, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
    ):
        with pytest.raises(TwoCommunes), transaction.atomic():
            with transaction.atomic(), in_commune("00004"):
                get_letterhead()
                transaction.set_rollback(True)
            with in_commune("00008"):
                get_letterhead()

    def test_the_centre_may_be_visited_in_between(self, ba_dinh: CommuneInfo):
        with transaction.atomic(), in_commune("00004"):
            get_letterhead()
            with at_centre():
                assert Commune.objects.filter(code="00008").exists()
            assert get_letterhead().commune_code == "00004"

    def test_the_next_transaction_may_work_in_another(
        self, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
    ):
        self._one_after_the_other()

    @pytest.mark.django_db(transaction=True)
    def test_also_when_transactions_really_end(self, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
        self._one_after_the_other()
        with pytest.raises(TwoCommunes), transaction.atomic():
            for code in ("00004", "00008"):
                with in_commune(code):
                    get_letterhead()
        self._one_after_the_other()

    @pytest.mark.django_db(transaction=True)
    def test_a_connection_lost_in_a_transaction_ends_it(
        self, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
    ):
        with transaction.atomic(), in_commune("00004"):
            get_letterhead()
            connection.close()
        with transaction.atomic(), in_commune("00008"):
            assert get_letterhead().commune_code == "00008"

    @transaction.atomic
    def _read(self) -> str:
        return get_letterhead().commune_code

    def _one_after_the_other(self) -> None:
        for code in ("00004", "00008"):
            with in_commune(code):
                assert self._read() == code
        for code in ("00004", "00008", "00004"):
            with in_commune(code), transaction.atomic():
                assert get_letterhead().commune_code == code
            with pytest.raises(ZeroDivisionError), in_commune(code), transaction.atomic():
                get_letterhead()
                _ = 1 / 0


class TestARestartedServer:
    @pytest.fixture(autouse=True)
    def _may_commit(self, transactional_db: None) -> Iterator[None]:
        yield
        connection.close()

    def test_the_error_closes_the_connection_and_the_next_statement_works(
        self, in_ba_dinh: CommuneInfo, django_db_setup: TestServer
    ):
        get_letterhead()
        django_db_setup.end_connection()
        with pytest.raises(OperationalError):
            get_letterhead()
        assert connection.take_lost()
        assert get_letterhead().commune_code == "00004"
        assert not connection.take_lost()


def test_a_statement_that_takes_too_long_does_not_count_as_a_lost_server(in_ba_dinh: CommuneInfo):
    with pytest.raises(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10ms'")
        cursor.execute("SELECT pg_sleep(5)")
    assert not connection.take_lost()
    assert get_letterhead().commune_code == "00004"

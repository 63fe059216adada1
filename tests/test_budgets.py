"""What a commune and a page may cost. Times thousands of communes, each number is a decision.

Statements are those of a page asked for again by the same person, as nearly all are: what a
process keeps for a minute is there. Raising a number here needs a reason in the commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services.cases.models import Case, Draft
from tenants.communes.current import CommuneInfo, in_commune
from tenants.communes.hosts import forget_hosts
from tests.database import TestServer
from tests.factories import account_of, make_account, make_case, make_draft, the_official
from tests.journeys.answers import filing
from tests.second_factor import open_desk, open_operator_pages

pytestmark = pytest.mark.django_db

BIRTH = "1.001193"
# Each is a file on the disk, and memory in every backend that meets the commune.
MOST_RELATIONS = 130
# Without its rows in the catalogue, which the benchmark measures (schema.empty_kb).
MOST_KB = 900

# Table → its relations: itself, its indexes, and what long values are kept in with its index.
TABLES = {
    "cases_attachment": 3,
    "cases_case": 10,
    "cases_casestep": 3,
    "cases_draft": 5,
    "cases_pagenote": 5,
    "cases_papercount": 3,
    "cases_referral": 5,
    "cases_savedview": 3,
    "django_migrations": 4,
    "feedback_petition": 5,
    "feedback_rating": 4,
    "files_storedfile": 2,
    "history_chainhead": 2,
    "history_event": 6,
    "organisation_delegation": 2,
    "organisation_department": 2,
    "organisation_invitation": 2,
    "organisation_letterhead": 2,
    "organisation_official": 3,
    "reception_appointment": 5,
    "reception_device": 2,
    "reception_line": 3,
    "reception_slotplan": 2,
    "reception_ticket": 3,
    "reception_window": 3,
    "payments_bankline": 6,
    "payments_charge": 3,
    "payments_collectionday": 3,
    "payments_payment": 7,
    "payments_receiver": 4,
    "payments_refund": 3,
    "payments_statementimport": 4,
    "registers_document": 7,
    "registers_series": 3,
}
# What belongs to no table of ours: Django's own list of migrations counts up.
OTHERS = ["django_migrations_id_seq"]

CATALOGUE = re.compile(r"\b(pg_catalog|information_schema|pg_class|pg_namespace|regclass)\b")
SEARCH_PATH = "set_config('search_path'"


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


class TestACommune:
    def test_each_table_has_the_relations_that_were_decided(self):
        found = rows(
            "SELECT c.relname, 1 + (SELECT count(*) FROM pg_index WHERE indrelid = c.oid)"
            " + CASE WHEN c.reltoastrelid <> 0 THEN 2 ELSE 0 END "
            "FROM pg_class c WHERE c.relnamespace = 'xa_00004'::regnamespace AND c.relkind = 'r'"
        )
        assert dict(found) == TABLES

    def test_all_together_they_are_few(self):
        ((everything,),) = rows(
            "WITH own AS (SELECT oid, reltoastrelid FROM pg_class "
            "             WHERE relnamespace = 'xa_00004'::regnamespace) "
            "SELECT count(*) + 2 * count(nullif(reltoastrelid, 0)) FROM own"
        )
        assert everything == sum(TABLES.values()) + len(OTHERS) <= MOST_RELATIONS

    def test_an_empty_one_is_small(self, django_db_setup: TestServer):
        # In a copy of its own: rows that other tests took back leave their room behind.
        login = {name.lower(): value for name, value in django_db_setup.application.items()}
        with (
            django_db_setup.another_copy("size") as database,
            closing(psycopg2.connect(dbname=database, **login)) as fresh,
            fresh.cursor() as cursor,
        ):
            cursor.execute(
                "SELECT sum(pg_total_relation_size(oid)) / 1024 FROM pg_class "
                "WHERE relnamespace = 'xa_00004'::regnamespace AND relkind IN ('r', 'S')"
            )
            (size,) = cursor.fetchone()
        assert size <= MOST_KB

    def test_no_constraint_leaves_its_schema(self):
        assert not rows(
            "SELECT conname FROM pg_constraint c JOIN pg_class target ON target.oid = c.confrelid "
            "WHERE c.contype = 'f' AND c.connamespace <> target.relnamespace"
        )

    def test_no_table_of_it_has_the_name_of_a_shared_one(self):
        names = "SELECT table_name FROM information_schema.tables WHERE table_schema ="
        both = rows(f"{names} 'public' INTERSECT {names} 'xa_00004'")
        assert both == [("django_migrations",)]

    def test_nothing_else_is_in_it(self):
        others = rows(
            "SELECT relname FROM pg_class "
            "WHERE relnamespace = 'xa_00004'::regnamespace AND relkind NOT IN ('r', 'i')"
        )
        assert [name for (name,) in others] == OTHERS


@dataclass
class Visit:
    """Somebody's page: how it is asked for, and by whom."""

    browser: Client
    path: str
    data: dict[str, Any] | None = field(default=None)

    def ask(self) -> list[str]:
        """Ask for it; return the statements that it cost."""
        with CaptureQueriesContext(connection) as captured:
            if self.data is None:
                answer = self.browser.get(self.path)
            else:
                answer = self.browser.post(self.path, self.data)
        assert answer.status_code in (200, 302), answer.status_code
        return [query["sql"] for query in captured]


NAME = {"child_name": "Trần Nguyễn Gia Hân", "child_gender": "Nữ"}


@pytest.fixture
def visits(
    ba_dinh: CommuneInfo,
    central_client: Client,
    commune_client: Callable[[CommuneInfo], Client],
) -> dict[str, Visit]:
    mother = make_account()
    one = filing(BIRTH, commune=ba_dinh.code)
    with in_commune(ba_dinh.code):
        draft: Draft = make_draft(one, account=mother)
        case: Case = make_case(up_to="received", account=mother)
        official = account_of(the_official(case.step_role))
    citizen, desk = commune_client(ba_dinh), commune_client(ba_dinh)
    citizen.force_login(mother)
    desk.force_login(official)
    open_desk(desk, ba_dinh)
    central_client.force_login(make_account("Đỗ Minh Khuê", is_operator=True))
    open_operator_pages(central_client)
    name_page = f"/nop/{draft.pk}/child_name/"
    return {
        "home": Visit(commune_client(ba_dinh), "/"),
        "procedure": Visit(commune_client(ba_dinh), f"/thu-tuc/{BIRTH}/"),
        "form page": Visit(citizen, name_page),
        "form page sent": Visit(citizen, name_page, NAME),
        "own case": Visit(citizen, f"/ho-so/{case.code}/"),
        "work list": Visit(desk, "/desk/"),
        "case at the desk": Visit(desk, f"/desk/ho-so/{case.code}/"),
        "operator's list": Visit(central_client, "/operator/"),
    }


STATEMENTS = {
    "home": 1,
    "procedure": 1,
    "form page": 3,
    "form page sent": 4,
    # What the case owes is two of them, where it owes anything; what its applicant was told, one.
    "own case": 11,
    # Its own: the cases, the numbers beside them, the views that are kept, the colleagues.
    "work list": 9,
    "case at the desk": 17,
    # One more than its own: the row that says the pages are open in this browser.
    "operator's list": 5,
}


class TestAPage:
    @pytest.mark.parametrize("name", STATEMENTS)
    def test_it_costs_the_statements_that_were_decided(self, visits: dict[str, Visit], name: str):
        visits[name].ask()
        statements = visits[name].ask()
        assert len(statements) == STATEMENTS[name], "\n".join(statements)

    @pytest.mark.parametrize("name", STATEMENTS)
    def test_it_never_reads_the_catalogue(self, visits: dict[str, Visit], name: str):
        # The first one too, when nothing is known yet.
        asked = visits[name].ask() + visits[name].ask()
        assert not [statement for statement in asked if CATALOGUE.search(statement)]


class TestOverhead:
    """What serving many communes adds to a page: one statement at a change of commune."""

    @pytest.fixture
    def homes(
        self,
        ba_dinh: CommuneInfo,
        ngoc_ha: CommuneInfo,
        central_client: Client,
        commune_client: Callable[[CommuneInfo], Client],
    ) -> dict[str, Visit]:
        made = {
            "Ba Đình": Visit(commune_client(ba_dinh), "/"),
            "Ngọc Hà": Visit(commune_client(ngoc_ha), "/"),
            "centre": Visit(central_client, "/"),
        }
        for visit in made.values():
            visit.ask()
        return made

    def test_staying_costs_none_and_changing_one(self, homes: dict[str, Visit]):
        homes["Ba Đình"].ask()
        alone = len(homes["Ba Đình"].ask())
        order = ["Ba Đình", "Ngọc Hà", "Ngọc Hà", "Ba Đình", "Ngọc Hà", "Ba Đình", "Ba Đình"]
        for previous, name in pairwise(order):
            asked = homes[name].ask()
            changes = [statement for statement in asked if SEARCH_PATH in statement]
            assert len(changes) == (previous != name)
            assert len(asked) == alone + len(changes)

    def test_every_page_changes_it_once_at_most(
        self, visits: dict[str, Visit], homes: dict[str, Visit]
    ):
        for name, visit in visits.items():
            visit.ask()
            homes["Ngọc Hà"].ask()
            changes = [statement for statement in visit.ask() if SEARCH_PATH in statement]
            assert len(changes) <= 1, (name, changes)

    def test_when_the_registry_must_be_asked_that_is_one_more(self, homes: dict[str, Visit]):
        homes["Ba Đình"].ask()
        usual = len(homes["Ba Đình"].ask())
        forget_hosts("00004")
        asked = homes["Ba Đình"].ask()
        assert len(asked) == usual + 1
        assert "communes_domain" in asked[0]
        assert len(homes["Ba Đình"].ask()) == usual

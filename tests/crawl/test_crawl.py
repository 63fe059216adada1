"""The role matrix, the crawl and the planted faults, in the form that runs with the other tests.

`make crawl` runs the long form.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections, models
from pytest_django import DjangoDbBlocker

from services.payments.receiver import RECEIVER
from tests.crawl.asking import Asker, undone
from tests.crawl.checks import CHECKS
from tests.crawl.crawler import Crawler
from tests.crawl.engine import HERE, forget, found_by, found_under, quietly
from tests.crawl.faults import FAULTS, Fault
from tests.crawl.harvest import columns_without_canaries
from tests.crawl.matrix import METHODS, all_routes, run_matrix
from tests.crawl.people import CENTRE
from tests.crawl.world import (
    CODES,
    World,
    build_world,
    quick_typesetting,
)
from tests.database import TestServer

pytestmark = pytest.mark.slow
MIXED = 300


@pytest.fixture(scope="module")
def world(django_db_setup: TestServer, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Both communes, filled once for all tests here; undone at the end."""
    with django_db_blocker.unblock():
        connections["default"].set_schema_to_public()  # type: ignore[attr-defined]
        with undone():
            forget()
            with quietly():
                built = build_world()
            yield built
        forget()


@pytest.fixture(autouse=True)
def _database(world: World, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def test_everybody_gets_the_answer_of_the_table(world: World) -> None:
    with quietly(), quick_typesetting():
        asked, findings = run_matrix(world, Asker(), HERE)
    assert asked > 2000
    assert [str(finding) for finding in findings] == []


def test_no_answer_holds_a_canary_that_is_not_for_who_asked(world: World) -> None:
    everything = len(all_routes()) * len(METHODS)
    with quietly(), quick_typesetting():
        report = Crawler(world, Asker(), seed=4).run(everything + MIXED)
    assert report.routes_share == 100
    assert [str(finding) for finding in report.findings] == []


def test_every_text_of_a_commune_carries_canaries(world: World) -> None:
    for code in CODES:
        assert columns_without_canaries(world, code) == []


def test_the_two_communes_share_no_canary(world: World) -> None:
    for token, scopes in world.canaries.scopes.items():
        if token == str(RECEIVER):
            continue  # every commune has one account for fees, under the same key
        owners = {scope.rpartition("/")[2] for scope in scopes} & set(CODES)
        assert len(owners) < 2, token


@pytest.mark.parametrize("name", CHECKS)
def test_each_check_finds_nothing(world: World, name: str) -> None:
    assert found_by(world, (), (name,)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_planted_fault_is_noticed(world: World, fault: Fault) -> None:
    assert found_under(world, fault) != []


def test_a_canary_on_a_page_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stolen = world.things[CODES[1]]["one"]["case"]
    from citizens.portal.views import home

    real = home.render

    def render(
        request: object, template: str, context: dict[str, object], **more: object
    ) -> object:
        answer = real(request, template, context, **more)  # type: ignore[arg-type]
        answer.content += f"<!-- {stolen} -->".encode()
        return answer

    monkeypatch.setattr(home, "render", render)
    with quietly():
        report = Crawler(
            world, Asker(), only=lambda route: route.site == "commune" and route.name == "home"
        ).run(20)
    assert any(stolen.lower() in finding.what for finding in report.findings)


def test_a_read_in_another_commune_is_noticed(world: World) -> None:
    from citizens.portal.views import home
    from services.cases.models import Case
    from tenants.communes.current import in_commune
    from tests.crawl.asking import Question
    from tests.crawl.replacing import swapped

    real = home.own_drafts

    def elsewhere(request: object, procedure_code: str = "") -> object:
        with in_commune(CODES[1]):
            list(Case.objects.values("pk")[:1])
        return real(request, procedure_code)  # type: ignore[arg-type]

    host = world.communes[HERE].host
    with swapped(home, "own_drafts", elsewhere):
        answer = Asker().ask(Question("GET", host, "/"))
    assert world.communes[CODES[1]].schema_name in answer.reads


def test_what_a_request_did_is_undone(world: World) -> None:
    from services.cases.models import Draft
    from tenants.communes.current import in_commune
    from tests.crawl.asking import Question

    person = world.people.by_key[f"{HERE}/one"]
    path = f"/nop/{world.things[HERE]['one']['draft']}/xoa/"
    answer = Asker().ask(
        Question("POST", world.communes[HERE].host, path, data={}, cookies=person.cookies(HERE))
    )
    assert answer.status == 302 and answer.writes
    assert person.cookies(CENTRE)
    with in_commune(HERE):
        assert Draft.objects.filter(pk=world.things[HERE]["one"]["draft"]).exists()


def test_a_column_without_a_canary_is_noticed(world: World) -> None:
    from services.cases.models import Case

    column = models.CharField(max_length=9)
    column.set_attributes_from_name("remark")
    assert columns_without_canaries(world, HERE, more={Case: [column]}) == ["cases.Case.remark"]

"""Access is one table: each address of both sites has a row in it (tests/crawl/access_table.py).

What the rows say is asked in tests/crawl/test_crawl.py, by everybody and in every way.
"""

from __future__ import annotations

import pytest

from tenants.accounts.models import Account
from tests.crawl.access_table import COMMON, TABLE, USUAL, Expect, Relation, thing_of
from tests.crawl.matrix import all_routes, rows_missing
from tests.crawl.people import Person
from tests.site_routes import Route


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert rows_missing() == []


@pytest.mark.parametrize("route", all_routes(), ids=lambda route: f"{route.site} {route.name}")
def test_a_row_says_what_stands_in_its_address(route: Route) -> None:
    row = TABLE[route.site][route.name]
    assert row.methods, "nobody may do anything"
    for parameter in route.parameters:
        assert parameter in {**row.given, **COMMON, **USUAL}, "Say which thing it stands for."
        thing_of(route.name, row, parameter)


@pytest.mark.parametrize("site", TABLE)
def test_a_stranger_gets_404_wherever_there_is_something_of_others(site: str) -> None:
    stranger = Person("stranger", "stranger", "stranger", account=Account())
    for name, row in TABLE[site].items():
        for method, access in row.methods.items():
            answer = access(stranger, Relation.OTHERS, "00004")
            if not name.startswith(("account_", "openid_", "mfa_", "second_", "profile")):
                assert answer in (Expect.GRANTED, Expect.MISSING), f"{method} {name}"

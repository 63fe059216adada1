"""Every address of the operator's pages is the operator's alone."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from tenants.console.urls import urlpatterns
from tests.factories import make_account

VALUES = {"code": "00004", "batch_id": uuid.UUID(int=7)}
ADDRESSES = [pattern for pattern in urlpatterns if isinstance(pattern, URLPattern)]


def address_of(pattern: URLPattern) -> str:
    names = pattern.pattern.regex.groupindex
    return reverse(str(pattern.name), kwargs={name: VALUES[name] for name in names})


def test_every_address_is_walked() -> None:
    assert urlpatterns == ADDRESSES


@pytest.mark.parametrize("pattern", ADDRESSES, ids=lambda pattern: pattern.name)
@pytest.mark.parametrize("method", ["get", "post"])
class TestAddress:
    def test_who_is_not_signed_in_is_asked_to(
        self, method: str, pattern: URLPattern, central_client: Client
    ) -> None:
        response = getattr(central_client, method)(address_of(pattern))
        assert response.status_code == 302 and "/tai-khoan/dang-nhap/" in response["Location"]

    def test_a_citizen_learns_nothing_of_it(
        self, method: str, pattern: URLPattern, central_client: Client
    ) -> None:
        central_client.force_login(make_account("Người Dân"))
        assert getattr(central_client, method)(address_of(pattern)).status_code == 404

    def test_the_operator_gets_an_answer_that_no_cache_keeps(
        self, method: str, pattern: URLPattern, operator: Client
    ) -> None:
        response = getattr(operator, method)(address_of(pattern), {"tinh": "01"})
        # A batch that is not there is the operator's 404; what is only sent to is no page.
        expected = {"get": (200, 405), "post": (200, 302, 405, 422)}[method]
        if "batch_id" in pattern.pattern.regex.groupindex:
            expected += (404,)
        assert response.status_code in expected
        if response.status_code == 200:
            assert response["Cache-Control"] == "no-store"

"""`make test-citus` says when there is nothing to test on, and never that all is well then."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest

from config.local import citus
from tests.database import TestServer


def test_without_a_server_it_says_so_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CITUS_URL", "")
    assert citus.main() == citus.NOTHING_TESTED != 0
    said = capsys.readouterr().err
    assert "chưa kiểm thử gì" in said and "nothing was tested" in said


@pytest.mark.parametrize(
    ("url", "missing"),
    [("postgres:///xaso", "tên máy"), ("postgres://a:b@127.0.0.1:1/x", "Không kết nối được")],
)
def test_an_address_that_leads_nowhere_is_explained(url: str, missing: str) -> None:
    with pytest.raises(citus.NoCluster, match=missing):
        citus.prepare(url)


def test_a_role_that_may_not_prepare_is_refused(django_db_setup: TestServer) -> None:
    url = urlsplit(os.environ["DATABASE_OWNER_URL"])._replace(path="/postgres").geturl()
    with pytest.raises(citus.NoCluster, match="superuser"):
        citus.prepare(url)

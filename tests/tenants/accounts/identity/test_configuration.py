"""Providers come from the environment alone; what cannot be right names its variable."""

from __future__ import annotations

import datetime
from typing import Any

import hypothesis
import pytest
from environs import Env
from hypothesis import strategies

from tenants.accounts.identity.claims import read_level, read_person
from tenants.accounts.identity.configuration import ConfigurationWrong, claim_rules, identity_apps
from tenants.accounts.identity.problems import IdentityProblem
from tests.tenants.accounts.identity.steps import CLAIMS

ADDRESS = "https://sso.example.vn/realms/citizens"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set variables of the national portal and read the providers."""

    def read(**variables: str) -> list[dict[str, Any]]:
        for name, value in {"SERVER_URL": ADDRESS, "CLIENT_ID": "xaso", **variables}.items():
            monkeypatch.setenv(f"OIDC_DVCQG_{name}", value)
        return identity_apps(Env())

    return read


def test_without_an_address_there_is_no_provider() -> None:
    assert identity_apps(Env()) == []


def test_everything_about_a_provider_is_configuration(given: Any) -> None:
    (app,) = given(
        CLIENT_SECRET="s",
        NAME="Cổng quốc gia",
        ACR_VALUES="LoA2",
        TOKEN_AUTH="client_secret_basic",
        VOUCHED_CONTACTS="phone",
        ENDPOINTS='{"authorization_endpoint": "https://sso.example.vn/oauth2/authorize"}',
        CLAIMS='{"national_id": "soGiayTo"}',
    )
    assert (app["provider_id"], app["name"], app["secret"]) == ("dvcqg", "Cổng quốc gia", "s")
    settings = app["settings"]
    assert settings["oauth_pkce_enabled"] and settings["scope"] == ["openid"]
    assert settings["auth_params"] == {"acr_values": "LoA2"}
    person = read_person(
        "dvcqg", {**CLAIMS, "sub": "1", "soGiayTo": "040085000987"}, settings=settings
    )
    assert person.national_id == "040085000987" and person.phone and not person.email


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERVER_URL", "http://sso.example.vn"),
        ("SERVER_URL", "http://localhost.example.vn"),
        ("SERVER_URL", "sso.example.vn"),
        ("CLIENT_ID", ""),
        ("ENDPOINTS", '{"token_endpoint": "http://sso.example.vn/token"}'),
        ("ENDPOINTS", '{"tokens": "https://sso.example.vn/token"}'),
        ("CLAIMS", '{"number": "SoDinhDanh"}'),
        ("CLAIMS", '["SoDinhDanh"]'),
        ("VOUCHED_CONTACTS", "phone,fax"),
    ],
)
def test_what_cannot_be_right_is_refused_at_the_start(given: Any, name: str, value: str) -> None:
    with pytest.raises(ConfigurationWrong, match=f"OIDC_DVCQG_{name}"):
        given(**{name: value})


def test_rules_are_dated() -> None:
    first = claim_rules(datetime.date(2025, 7, 1), {})
    assert first["names"]["national_id"] == "SoDinhDanh"
    assert claim_rules(datetime.date(2020, 1, 1), {}) == first


@pytest.mark.parametrize(
    ("said", "level"),
    [
        (2, 2),
        ("2", 2),
        ("LoA3", 3),
        ("loa_1", 1),
        (["LoA1", "LoA2"], 2),
        (None, 0),
        ("", 0),
        (True, 0),
        (9, 0),
        ("LoA22", 0),
        ({"level": 3}, 0),
        (-1, 0),
    ],
)
def test_a_level_is_read_or_is_none(said: Any, level: int) -> None:
    assert read_level(said) == level


@pytest.mark.parametrize(
    ("said", "born"),
    [
        ("07/03/1990", datetime.date(1990, 3, 7)),
        ("1990-03-07", datetime.date(1990, 3, 7)),
        ("07031990", datetime.date(1990, 3, 7)),
        ("1950", None),
        ("31/02/1990", None),
        ("07/03/2990", None),
        (None, None),
    ],
)
def test_a_birth_date_is_a_date_or_is_left_out(said: Any, born: Any) -> None:
    person = read_person("vneid", {**CLAIMS, "sub": "1", "NgayThangNamSinh": said}, settings={})
    assert person.birth_date == born


def test_names_are_composed_and_written_as_people_write_them() -> None:
    def name(said: str) -> str:
        return read_person("vneid", {**CLAIMS, "sub": "1", "HoVaTen": said}, settings={}).full_name

    assert name("NGUYÊ\u0303N  VĂN Ư") == "Nguyễn Văn Ư"
    assert name("H'HEN NIÊ") == "H'Hen Niê" and name("Y Blơ Niê Kđăm") == "Y Blơ Niê Kđăm"


ANY = strategies.none() | strategies.booleans() | strategies.integers() | strategies.text()
ANY |= strategies.floats() | strategies.lists(strategies.text(), max_size=2)
ANY |= strategies.sampled_from(sorted(CLAIMS.values()))


@hypothesis.given(
    strategies.fixed_dictionaries({}, optional=dict.fromkeys([*CLAIMS, "MaSoThue"], ANY))
)
def test_whatever_is_stated_is_a_person_or_a_problem(claims: dict[str, Any]) -> None:
    settings = {"vouched_contacts": ["phone", "email"]}
    try:
        person = read_person("vneid", {**claims, "sub": "1"}, settings=settings)
    except IdentityProblem:
        return
    assert len(person.national_id) == 12 and 0 < len(person.full_name) <= 120
    assert 0 <= person.level <= 4


def test_printing_a_person_shows_nothing_of_them() -> None:
    person = read_person(
        "vneid", {**CLAIMS, "sub": "1"}, settings={"vouched_contacts": ["phone", "email"]}
    )
    assert repr(person) == "VerifiedPerson(provider='vneid', level=2)"

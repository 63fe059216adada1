"""Who the people of an archive are in the deployment that receives them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import uuid6
from django.utils import timezone

from services.tracking.tracking import identity_index
from tenants.accounts.models import Account
from tenants.fleet.archive.accounts import SUBSTITUTE_DOMAIN, Arrival, bring_in
from tenants.fleet.archive.rows import Values
from tenants.fleet.archive.tables import account_table
from tests.journeys.people import THUONG

pytestmark = pytest.mark.django_db

KEY = str(uuid6.uuid7())


def a_row(key: str = KEY, **changed: Any) -> Values:
    """The mother as an archive has her."""
    values = {
        "id": key,
        "full_name": THUONG.name,
        "email": THUONG.email,
        "phone": THUONG.phone,
        "national_id": json.dumps(THUONG.national_id),
        "birth_date": "1996-03-14",
        "address": "12 phố Kim Mã",
        "is_active": "t",
        "date_joined": "2026-01-01 00:00:00+00",
        "national_id_verified_at": None,
        "assurance_level": "0",
        **changed,
    }
    return [values[column.name] for column in account_table().columns]


def arrive(*rows: Values) -> Arrival:
    return bring_in(account_table(), lambda: iter(rows))


def here(**changed: Any) -> Account:
    """Somebody who has signed up here."""
    given = {
        "full_name": THUONG.name,
        "email": THUONG.email,
        "phone": THUONG.phone,
        "national_id": THUONG.national_id,
        "password": "mat khau cua nguoi o day",
    }
    return Account.objects.create_account(**{**given, **changed})


def test_who_is_new_comes_with_everything_but_a_way_in():
    assert arrive(a_row()).created == 1
    came = Account.objects.get(pk=KEY)
    assert (came.full_name, came.email, came.phone) == (THUONG.name, THUONG.email, THUONG.phone)
    assert came.national_id == THUONG.national_id and came.birth_date == THUONG.birth_date
    assert came.national_id_index and came.national_id_index != identity_index(THUONG.national_id)
    assert came.is_active and not came.is_operator and not came.has_usable_password()


def test_a_closed_account_comes_closed():
    arrive(a_row(is_active="f", national_id=None))
    assert not Account.objects.get(pk=KEY).is_active


def test_the_same_account_stays_as_it_is_here():
    account = here(full_name="Tên ở đây", national_id=None)
    Account.objects.filter(pk=account.pk).update(id=KEY)

    arrival = arrive(a_row())

    assert (arrival.kept, arrival.created, arrival.stand_ins) == (1, 0, {})
    account = Account.objects.get(pk=KEY)
    assert account.full_name == "Tên ở đây" and account.has_usable_password()


@pytest.mark.parametrize("changed", [{"email": "khac@example.vn"}, {"phone": "0977000111"}])
def test_number_name_and_contact_together_are_the_same_person(changed: dict[str, str]):
    account = here(**changed)

    assert arrive(a_row()).stand_ins == {KEY: str(account.pk)}
    assert not Account.objects.filter(pk=KEY).exists()


@pytest.mark.parametrize(
    "changed",
    [{"national_id": None}, {"national_id": "001196999999"}, {"full_name": "Nguyễn Thị Hoài"}],
    ids=["no number", "another number", "another name"],
)
def test_a_contact_alone_opens_nobodys_cases_to_anybody(changed: dict[str, Any]):
    account = here(**changed)

    arrival = arrive(a_row())

    assert (arrival.stand_ins, arrival.without_contact) == ({}, [KEY])
    came = Account.objects.get(pk=KEY)
    assert (came.email, came.phone) == (f"{KEY}@{SUBSTITUTE_DOMAIN}", None)
    assert came.is_active and not came.has_usable_password()
    account.refresh_from_db()
    assert (account.email, account.phone) == (THUONG.email, THUONG.phone)


def test_a_number_alone_opens_nobodys_cases_to_anybody():
    here(email="khac@example.vn", phone="0977000111")
    assert arrive(a_row()).stand_ins == {}
    assert Account.objects.get(pk=KEY).email == THUONG.email


def test_nobody_without_a_number_is_taken_for_somebody_without_one():
    here(national_id=None)
    assert arrive(a_row(national_id=None)).stand_ins == {}


def test_who_has_one_contact_left_keeps_it():
    here(national_id=None, phone=None)
    assert arrive(a_row()).without_contact == [KEY]
    came = Account.objects.get(pk=KEY)
    assert (came.email, came.phone) == (None, THUONG.phone)


def test_one_account_here_stands_for_one_person_only():
    account, second = here(), str(uuid6.uuid7())

    arrival = arrive(a_row(), a_row(second, phone=None))

    assert arrival.stand_ins == {KEY: str(account.pk)}
    assert arrival.without_contact == [second]


def test_an_account_here_that_is_in_the_archive_itself_stands_for_nobody_else():
    second = str(uuid6.uuid7())
    Account.objects.filter(pk=here(phone=None).pk).update(id=KEY)

    arrival = arrive(a_row(second, email=THUONG.email, phone=None), a_row(phone=None))

    assert (arrival.kept, arrival.stand_ins, arrival.without_contact) == (1, {}, [second])


VERIFIED = {"national_id_verified_at": "2026-02-03 00:00:00+00", "assurance_level": "2"}


def verified_here(**changed: Any) -> Account:
    account = here(**changed)
    account.national_id_verified_at = timezone.now()
    account.save()
    return account


def test_who_the_state_vouched_for_in_both_places_is_one_person():
    account = verified_here(email="khac@example.vn", phone=None, full_name="Nguyễn Thị Thương")

    assert arrive(a_row(**VERIFIED)).stand_ins == {KEY: str(account.pk)}


def test_a_typed_number_is_not_taken_for_a_verified_one():
    verified_here(email="khac@example.vn", phone=None)

    assert arrive(a_row()).stand_ins == {}
    assert not Account.objects.get(pk=KEY).national_id_verified_at


def test_who_signs_in_through_a_provider_only_comes_as_they_are():
    assert arrive(a_row(email=None, phone=None, **VERIFIED)).without_contact == []
    came = Account.objects.get(pk=KEY)
    assert came.national_id_verified_at and came.assurance_level == 2
    assert (came.email, came.phone) == (None, None)


def test_a_verified_account_that_stands_for_somebody_already_keeps_the_number():
    second = str(uuid6.uuid7())
    Account.objects.filter(pk=verified_here().pk).update(id=KEY)

    arrival = arrive(a_row(), a_row(second, email=None, phone=None, **VERIFIED))

    assert (arrival.kept, arrival.stand_ins, arrival.without_contact) == (1, {}, [second])
    assert not Account.objects.get(pk=second).national_id_verified_at

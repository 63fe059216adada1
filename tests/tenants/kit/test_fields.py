import pytest
from django.core import serializers
from django.db import connection

from tenants.accounts.models import Account
from tenants.kit.crypto import SealBroken
from tenants.kit.fields import Sealed

NATIONAL_ID = "001090012345"


@pytest.fixture
def account(db: None) -> Account:
    account = Account(full_name="Nguyễn Thị An", phone="0912345678")
    account.national_id = NATIONAL_ID
    account.save()
    return account


def test_a_value_comes_back_as_it_was(account: Account):
    assert Account.objects.get(pk=account.pk).national_id == NATIONAL_ID


def test_the_database_never_sees_it_in_clear(account: Account):
    with connection.cursor() as cursor:
        cursor.execute("SELECT national_id FROM accounts_account WHERE id = %s", [account.pk])
        stored = bytes(cursor.fetchone()[0])
    assert NATIONAL_ID.encode() not in stored


def test_it_is_opened_only_when_it_is_read(account: Account):
    again = Account.objects.get(pk=account.pk)
    assert isinstance(again.__dict__["national_id"], Sealed)
    assert again.national_id == NATIONAL_ID
    assert again.__dict__["national_id"] == NATIONAL_ID


def test_lists_and_objects_can_be_changed_in_place(account: Account):
    account.national_id = {"số": [1, 2]}
    account.save()
    again = Account.objects.get(pk=account.pk)
    again.national_id["số"].append(3)
    again.save()
    assert Account.objects.get(pk=account.pk).national_id == {"số": [1, 2, 3]}


def test_a_value_copied_into_another_row_does_not_open(account: Account):
    other = Account.objects.create_user(full_name="Trần Văn Bình", phone="0912345679")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_account SET national_id = source.national_id "
            "FROM accounts_account AS source WHERE source.id = %s AND accounts_account.id = %s",
            [account.pk, other.pk],
        )
    with pytest.raises(SealBroken):
        _ = Account.objects.get(pk=other.pk).national_id


def test_nothing_stays_nothing(account: Account):
    account.national_id = None
    account.save(update_fields=["national_id"])
    assert Account.objects.get(pk=account.pk).national_id is None


def test_ways_to_write_that_know_no_row_are_refused(account: Account):
    with pytest.raises(TypeError, match="encrypted"):
        Account.objects.filter(pk=account.pk).update(national_id="001090000000")
    with pytest.raises(TypeError, match="encrypted"):
        Account.objects.bulk_update([account], ["national_id"])


def test_a_dump_does_not_carry_it_in_clear(account: Account):
    with pytest.raises(TypeError, match="encrypted"):
        serializers.serialize("json", [account])

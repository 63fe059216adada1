"""Accounts: reachable, unique, and without an identity number in clear."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from tenants.accounts.models import NATIONAL_ID_PURPOSE, Account
from tenants.kit.crypto import blind_index


def make_account(**fields: str) -> Account:
    return Account.objects.create_account(**{"full_name": "Trần Văn An", **fields})


def test_addresses_and_numbers_are_stored_in_one_form(db: None) -> None:
    account = make_account(email=" An@ViDu.VN ", phone="+84 912 345 678")

    account.refresh_from_db()
    assert (account.email, account.phone) == ("an@vidu.vn", "0912345678")


def test_one_of_the_two_is_enough_and_none_is_refused(db: None) -> None:
    make_account(phone="0912345678")
    make_account(email="an@vidu.vn")

    with pytest.raises(ValueError, match="phone number or an e-mail"):
        make_account()
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(full_name="Không ai liên lạc được")


def test_two_accounts_cannot_share_a_number_or_an_address(db: None) -> None:
    make_account(phone="0912345678", email="an@vidu.vn")

    for fields in ({"phone": "0912345678"}, {"email": "AN@vidu.vn"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_account(**fields)


def test_the_identity_number_is_sealed_and_found_by_its_index(db: None) -> None:
    make_account(phone="0912345678", national_id="001190012345")
    index = blind_index("001190012345", purpose=NATIONAL_ID_PURPOSE)

    assert Account.objects.get(national_id_index=index).national_id == "001190012345"
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_account::text FROM accounts_account")
        assert "001190012345" not in cursor.fetchone()[0]


def test_people_are_called_by_their_given_name() -> None:
    assert Account(full_name="Nguyễn Thị Minh Khai").short_name == "Khai"

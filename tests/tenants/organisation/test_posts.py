"""An official's account stays as long as the post is held."""

from __future__ import annotations

from django.utils import timezone

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tenants.organisation.models import Official
from tenants.organisation.posts import keep_officials_accounts
from tests.factories import make_account


def wants_to_leave(name: str) -> Account:
    account = make_account(name)
    account.closing_asked_at = timezone.now()
    account.save(update_fields=["closing_asked_at"])
    return account


def make_post(account: Account, *, active: bool) -> None:
    Official.objects.create(
        account_id=account.pk, name=account.full_name, title="Chuyên viên", active=active
    )


def test_requests_of_those_who_hold_a_post_are_forgotten(in_ba_dinh: CommuneInfo):
    holds, left, citizen = map(wants_to_leave, ("Trần Văn An", "Lê Thị Lan", "Ngô Văn Tư"))
    make_post(holds, active=True)
    make_post(left, active=False)

    assert keep_officials_accounts() == 1
    asked = Account.objects.filter(closing_asked_at__isnull=False)
    assert set(asked) == {left, citizen}
    assert keep_officials_accounts() == 0

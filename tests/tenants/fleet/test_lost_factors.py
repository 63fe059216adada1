"""A lost second factor is removed at the server's command line alone, with a reason."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from tenants.accounts.models import Account, DeskSession
from tenants.accounts.second_factor.codes import make_recovery_codes
from tenants.fleet.models import OperatorAct
from tests.factories import make_account
from tests.second_factor import give_app, make_desk

REASON = "Đã xem thẻ căn cước tại trụ sở."


@pytest.fixture
def oanh(db: None) -> Account:
    account = make_account("Võ Thị Kim Oanh", email="oanh@vidu.vn", phone="0912345678")
    give_app(account)
    make_recovery_codes(account=account)
    return account


@pytest.mark.parametrize("login", ["Oanh@vidu.vn", "0912 345 678"])
def test_all_factors_sessions_and_desks_end_and_the_log_says_why(oanh: Account, login: str) -> None:
    make_desk(oanh.pk, "00004")
    thief = Client(SERVER_NAME=settings.BASE_DOMAIN)
    thief.force_login(oanh)
    assert thief.get("/tai-khoan/thiet-bi/").status_code == 200
    call_command("remove_second_factor", login, reason=REASON)

    assert not Authenticator.objects.exists() and not DeskSession.objects.exists()
    assert thief.get("/tai-khoan/thiet-bi/").status_code == 302
    act = OperatorAct.objects.get()
    assert (act.act, act.note) == ("factor", f"{oanh.pk}: {REASON}")


def test_without_a_reason_or_an_account_nothing_is_removed(oanh: Account) -> None:
    with pytest.raises(CommandError, match="lý do"):
        call_command("remove_second_factor", "oanh@vidu.vn", reason=" ")
    with pytest.raises(CommandError, match="Không có tài khoản"):
        call_command("remove_second_factor", "khac@vidu.vn", reason=REASON)
    assert Authenticator.objects.count() == 2 and not OperatorAct.objects.exists()


def test_who_has_none_is_left_alone(db: None) -> None:
    make_account("Lê Minh", email="minh@vidu.vn")
    call_command("remove_second_factor", "minh@vidu.vn", reason=REASON)
    assert not OperatorAct.objects.exists()

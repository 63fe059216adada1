"""Closing on its pages and in its nightly job: not over open cases, and undone by one button."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from citizens.profile import tasks
from documents.rendering.pdf import RenderedPdf
from services.cases.models import Case
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.models import FLEET_QUEUE
from tenants.jobs.runner import run_pending_jobs
from tests.factories import PDF, make_account, make_case

HOME, CLOSING = "/tai-khoan-cua-toi/", "/tai-khoan-cua-toi/dong/"
UNDO = "/tai-khoan-cua-toi/dong/thoi/"


@pytest.fixture(autouse=True)
def _quick_typesetting(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests ask what becomes of cases, not what their papers look like."""
    monkeypatch.setattr("documents.registers.tasks.render_pdf", lambda html: RenderedPdf(PDF, 1))


def wait(account: Account) -> None:
    asked = timezone.now() - datetime.timedelta(days=31)
    Account.objects.filter(pk=account.pk).update(closing_asked_at=asked)


def run_night() -> None:
    tasks.close_due_accounts.enqueue()
    run_pending_jobs([FLEET_QUEUE])


def is_open(account: Account) -> bool:
    return Account.objects.get(pk=account.pk).is_active


def test_it_is_asked_for_said_everywhere_and_undone(
    browser: Client, text: Callable[[str], str], lan: Account
):
    page = text(CLOSING)
    assert "Những gì còn lại" in page
    assert "30 ngày" in page

    browser.post(CLOSING)
    day = (timezone.localdate() + datetime.timedelta(days=30)).strftime("%d/%m/%Y")
    assert day in text(CLOSING)
    assert day in text(HOME)

    browser.post(UNDO)
    assert day not in text(HOME)
    run_night()
    assert is_open(lan)


def test_a_due_account_is_closed_in_the_night_and_the_page_is_gone(browser: Client, lan: Account):
    other = make_account("Trần Văn An")
    wait(lan)
    run_night()

    assert not is_open(lan)
    assert is_open(other)
    assert browser.get(HOME).status_code == 302


def test_an_open_case_is_waited_for_and_stays_with_its_commune(
    text: Callable[[str], str], lan: Account, ba_dinh: CommuneInfo
):
    with in_commune(ba_dinh.code):
        case = make_case(up_to="result_ready", account=lan)
    wait(lan)
    assert "Còn 1 hồ sơ" in text(CLOSING)
    run_night()
    assert is_open(lan)

    with in_commune(ba_dinh.code):
        done = make_case(up_to="returned", account=make_account("Lê Văn Ba"))
        wait(Account.objects.get(pk=done.account_id))
    run_night()
    assert not is_open(Account.objects.get(pk=done.account_id))
    assert is_open(lan)
    with in_commune(ba_dinh.code):
        kept = Case.objects.get(pk=done.pk)
        assert (kept.applicant_name, kept.code) == (done.applicant_name, done.code)
        assert Case.objects.filter(pk=case.pk).exists()


def test_many_are_closed_bite_by_bite_past_those_who_wait(
    lan: Account, ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    with in_commune(ba_dinh.code):
        make_case(up_to="registered", account=lan)
    others = [make_account(f"Trần Văn {name}") for name in ("An", "Ba", "Cư")]
    for account in (lan, *others):
        wait(account)
    run_night()

    assert [is_open(account) for account in (lan, *others)] == [True, False, False, False]


def test_at_an_open_desk_it_is_refused_with_the_way_out(browser: Client, lan: Account):
    now = timezone.now()
    DeskSession.objects.create(
        account_id=lan.pk, commune_code="00004", opened_at=now, last_seen_at=now
    )
    page = browser.post(CLOSING, follow=True).content.decode()

    assert "thôi việc" in page
    assert Account.objects.get(pk=lan.pk).closing_asked_at is None

"""Onboarding from the operator's pages: preview, word, progress, failures, trying again."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.accounts.models import Account
from tenants.communes.models import Commune
from tenants.communes.official_list import communes_of
from tenants.console.batch_pages import is_stalled
from tenants.fleet import tasks
from tenants.fleet.batches import create_batch
from tenants.fleet.models import OnboardingBatch, OnboardingItem, OperatorAct
from tenants.fleet.onboarding import onboard_commune
from tenants.jobs.models import FLEET_QUEUE, Job
from tenants.jobs.runner import run_pending_jobs
from tests.second_factor import open_operator_pages
from tests.tenants.console.pages import text_of

PAGE = "/operator/dua-vao/"
HA_NOI = len(communes_of("01"))
SOME = ("00070", "00025", "00082")
# The session, the account; the batch, its counts, its rate, what waits in vain, whether a
# runner is there (two), and the reasons of failures.
STATEMENTS = 10


def sent(browser: Client, province: str = "01") -> str:
    return str(browser.post(f"{PAGE}tao/", {"tinh": province})["Location"])


def batch_of(operator: Account) -> str:
    """A batch of three communes; the address of its page."""
    return f"{PAGE}{create_batch(codes=SOME, operator=operator).pk}/"


def test_provinces_are_told_with_what_they_have(operator: Client) -> None:
    said = text_of(operator.get(PAGE))
    assert f"Thành phố Hà Nội {HA_NOI} 2 {HA_NOI - 2} Xem trước" in said
    assert "Các đợt gần đây" not in said


def test_the_preview_says_what_would_be_done_and_does_nothing(operator: Client) -> None:
    page = operator.get(f"{PAGE}?tinh=01")
    said = text_of(page)
    assert f"Đưa vào mới {HA_NOI - 2}" in said and "Đã có từ trước, giữ nguyên 2" in said
    assert "00070 Phường Hoàn Kiếm" in said and f"Đưa {HA_NOI - 2} đơn vị vào" in said
    assert "Mất khoảng 12 giây" in said
    assert not OnboardingBatch.objects.exists()


def test_an_unknown_province_is_no_page(operator: Client) -> None:
    for province in ("99", "", "x" * 500):
        assert operator.get(PAGE, {"tinh": province}).status_code == 404
        assert operator.post(f"{PAGE}tao/", {"tinh": province}).status_code == 404


def test_the_word_makes_a_batch_and_leads_to_its_page(operator: Client, khue: Account) -> None:
    address = sent(operator)
    batch = OnboardingBatch.objects.get()
    assert address == f"{PAGE}{batch.pk}/" and batch.requested_by == khue.pk
    said = text_of(operator.get(address))
    assert "Đưa vào: Thành phố Hà Nội" in said and f"0 trong {HA_NOI - 2} đơn vị" in said
    assert OperatorAct.objects.get().act == "onboard"
    assert "Thành phố Hà Nội" in text_of(operator.get(PAGE))


def test_a_second_click_makes_no_second_batch(operator: Client) -> None:
    sent(operator)
    assert sent(operator) == PAGE
    said = text_of(operator.get(PAGE))
    assert "Không còn đơn vị nào để đưa vào" in said and "Đang làm" in said
    assert OnboardingBatch.objects.count() == 1
    assert "Không còn đơn vị nào để đưa vào ở tỉnh này." in text_of(operator.get(f"{PAGE}?tinh=01"))


def test_what_waits_elsewhere_is_told_in_the_preview(operator: Client, khue: Account) -> None:
    batch_of(khue)
    said = text_of(operator.get(f"{PAGE}?tinh=01"))
    assert "Đang chờ trong đợt khác 3" in said and f"Đưa vào mới {HA_NOI - 5}" in said


def test_while_it_waits_the_page_is_looked_at_again_with_and_without_a_script(
    operator: Client, khue: Account
) -> None:
    address = batch_of(khue)
    page = operator.get(address).content.decode()
    assert f'data-follow="{address}tien-do/"' in page and "js/operator.js" in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    part = operator.get(f"{address}tien-do/").content.decode()
    assert "<html" not in part and "data-ended" not in part
    assert '<progress max="3" value="0"' in part


@pytest.mark.usefixtures("as_owner")
def test_done_failed_and_tried_again(
    khue: Account, central_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    central_client.force_login(khue)
    open_operator_pages(central_client)
    address = batch_of(khue)
    _refuse(monkeypatch, "00070")
    run_pending_jobs((FLEET_QUEUE,))
    page = central_client.get(address)
    said = text_of(page)
    assert "3 trong 3 đơn vị (100 %)" in said and "2 đã đưa vào" in said and "1 lỗi" in said
    assert "có đơn vị chưa vào được" in said
    assert "mang mã “<b>”" in said and "1 Phường Hoàn Kiếm Thử lại các đơn vị lỗi" in said
    assert "data-ended" in page.content.decode() and "data-follow" not in page.content.decode()
    monkeypatch.setattr(tasks, "onboard_commune", onboard_commune)
    said = text_of(central_client.post(f"{address}thu-lai/", follow=True))
    assert "Thử lại 1 đơn vị." in said and "2 trong 3 đơn vị" in said
    again = text_of(central_client.post(f"{address}thu-lai/", follow=True))
    assert "Không còn đơn vị nào cần thử lại" in again
    run_pending_jobs((FLEET_QUEUE,))
    assert "3 đã đưa vào" in text_of(central_client.get(address))
    assert Commune.objects.filter(code__in=SOME).count() == 3


def _refuse(monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    def onboard(code: str) -> object:
        if code == refused:
            raise tasks.UnknownCommune("<b>")
        return onboard_commune(code)

    monkeypatch.setattr(tasks, "onboard_commune", onboard)


def test_rate_and_time_left_are_told(operator: Client, khue: Account) -> None:
    address = batch_of(khue)
    first, second, _third = OnboardingItem.objects.order_by("commune_code")
    now = timezone.now()
    for item, before in ((first, 30), (second, 0)):
        item.state = "done"
        item.finished_at = now - datetime.timedelta(seconds=before)
        item.save()
    said = text_of(operator.get(address))
    assert "2 trong 3 đơn vị (66 %) · 2 đơn vị mỗi phút · còn khoảng 30 giây" in said


# ── No runner ────────────────────────────────────────────────────────────


@pytest.fixture
def waiting(operator: Client, khue: Account) -> str:
    """A batch whose jobs have been due for a minute."""
    address = batch_of(khue)
    Job.objects.update(not_before=timezone.now() - datetime.timedelta(minutes=1))
    return address


def test_where_nothing_moves_the_page_names_the_command(operator: Client, waiting: str) -> None:
    for address in (waiting, f"{waiting}tien-do/"):
        assert "python manage.py run_fleet_jobs" in text_of(operator.get(address))


def test_a_job_that_runs_is_a_sign_of_life_until_its_lease_is_over(waiting: str) -> None:
    now = timezone.now()
    job = Job.objects.order_by("id")[0]
    for minutes, stalled in ((1, False), (-1, True)):
        Job.objects.filter(pk=job.pk).update(
            state="running", lease_until=now + datetime.timedelta(minutes=minutes)
        )
        assert is_stalled(now) is stalled


def test_one_that_was_finished_a_moment_ago_is_a_sign_of_life(waiting: str) -> None:
    now = timezone.now()
    for seconds, stalled in ((5, False), (15, True)):
        OnboardingItem.objects.filter(commune_code=SOME[0]).update(
            state="done", finished_at=now - datetime.timedelta(seconds=seconds)
        )
        assert is_stalled(now) is stalled


def test_jobs_that_were_just_sent_are_given_time(operator: Client, khue: Account) -> None:
    assert "run_fleet_jobs" not in text_of(operator.get(batch_of(khue)))


def test_a_batch_that_is_not_there_has_no_page(operator: Client) -> None:
    for method, end in (("get", ""), ("get", "tien-do/"), ("post", "thu-lai/")):
        address = f"{PAGE}{uuid.UUID(int=7)}/{end}"
        assert getattr(operator, method)(address).status_code == 404


def test_progress_costs_few_statements_however_many_wait(operator: Client) -> None:
    address = sent(operator)
    OnboardingItem.objects.filter(commune_code__gte="09000").update(
        state="failed", error="lỗi", finished_at=timezone.now()
    )
    with CaptureQueriesContext(connection) as captured:
        operator.get(f"{address}tien-do/")
    assert len(captured) <= STATEMENTS

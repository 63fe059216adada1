"""The fleet at a glance, and the operators' log."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import uuid6
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.communes.models import Commune
from tenants.communes.versions import code_version
from tenants.console.views import fleet
from tenants.fleet.models import OperatorAct, Upgrade
from tenants.jobs.models import CENTRE, FLEET_QUEUE, Job
from tests.tenants.console.pages import text_of

PAGE = "/operator/he-thong/"
LOG = "/operator/nhat-ky/"
# The session, the account; totals, six of the versions and the last run, queues, acts.
STATEMENTS = 13


def upgrade(code: str, result: str, run: Any, **given: Any) -> None:
    now = code_version()
    Upgrade.objects.create(
        run_id=run,
        commune_code=code,
        from_version=now - 1,
        to_version=now,
        result=result,
        seconds=0.01,
        **given,
    )


def test_an_empty_fleet_has_its_page(operator: Client) -> None:
    said = text_of(operator.get(PAGE))
    assert "Chưa nâng cấp lần nào." in said
    assert "Không có việc nào chờ, chạy hay lỗi." in said
    assert "Chưa có việc nào được ghi." in said
    assert f"đưa các đơn vị đến phiên bản {code_version()}" in said


def test_communes_are_counted_by_version(operator: Client) -> None:
    Commune.objects.filter(code="00008").update(schema_version=code_version() - 1)
    page = operator.get(PAGE)
    said = text_of(page)
    assert "Đơn vị 2" in said and "Lược đồ cũ hơn phần mềm 1" in said
    assert f" {code_version()} 1 {code_version() - 1} 1 " in said
    assert 'href="/operator/?phien-ban=cu"' in page.content.decode()


def test_the_last_upgrade_names_who_was_missed_and_why(operator: Client) -> None:
    Commune.objects.filter(code="00008").update(schema_version=code_version() - 1)
    upgrade("00004", "failed", uuid6.uuid7(), error="lỗi của lần trước")
    run = uuid6.uuid7()
    upgrade("00004", "done", run)
    upgrade("00008", "locked", run, error="khóa 3 lần")
    said = text_of(operator.get(PAGE))
    assert "1 xong 1 lần gặp khóa " in said
    assert f"Phường Ngọc Hà khóa 3 lần {code_version() - 1} Đang bị khóa" in said
    assert "python manage.py migrate_fleet" in said
    assert "lỗi của lần trước" not in said


def test_after_an_upgrade_of_all_nothing_is_left_to_do(operator: Client) -> None:
    upgrade("00004", "done", uuid6.uuid7())
    said = text_of(operator.get(PAGE))
    assert "1 xong" in said and "lần gặp khóa" not in said and "migrate_fleet" not in said


def test_queues_are_told_with_the_oldest_that_waits(operator: Client) -> None:
    since = timezone.now() - datetime.timedelta(minutes=3)
    given: dict[str, Any] = {"task": "a.b", "turn": 1, "not_before": since}
    Job.objects.create(commune_code="00004", state="queued", **given)
    Job.objects.create(commune_code="00004", state="failed", **given)
    Job.objects.create(commune_code=CENTRE, queue=FLEET_QUEUE, state="later", **given)
    page = operator.get(PAGE)
    said = text_of(page)
    assert "Của các đơn vị 1 0 0 1 3 phút" in said
    assert "Của hệ thống 0 1 0 0 –" in said
    assert "tag--soon" in page.content.decode()


def test_the_page_costs_few_statements(operator: Client) -> None:
    Commune.objects.update(schema_version=code_version() - 1)
    for code in ("00004", "00008"):
        upgrade(code, "failed", uuid6.uuid7(), error="lỗi")
        OperatorAct.objects.create(name="Đỗ Minh Khuê", act="suspend", commune_code=code)
    with CaptureQueriesContext(connection) as captured:
        operator.get(PAGE)
    assert len(captured) <= STATEMENTS


# ── The log ──────────────────────────────────────────────────────────────


def test_the_log_reads_like_sentences_the_newest_first(operator: Client) -> None:
    OperatorAct.objects.create(
        name="Đỗ Minh Khuê", act="suspend", commune_code="00004", note="Chuyển máy chủ"
    )
    OperatorAct.objects.create(
        name="Dòng lệnh (www)", act="onboard", note="Tỉnh Nghệ An: 130 đơn vị"
    )
    said = text_of(operator.get(LOG))
    first = "Dòng lệnh (www) đưa vào hệ thống: Tỉnh Nghệ An: 130 đơn vị"
    second = "Đỗ Minh Khuê tạm ngừng Phường Ba Đình, Thành phố Hà Nội : Chuyển máy chủ"
    assert first in said and second in said and said.index(first) < said.index(second)


def test_older_lines_are_on_the_next_page(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "ACTS_PAGE", 2)
    acts = [OperatorAct.objects.create(name="A", act="onboard", note=f"lần {n}") for n in range(3)]
    page = operator.get(LOG).content.decode()
    assert "lần 2" in page and "lần 1" in page and "lần 0" not in page
    assert f"?sau={acts[1].pk}" in page
    older = text_of(operator.get(f"{LOG}?sau={acts[1].pk}"))
    assert "lần 0" in older and "lần 1" not in older and "Việc cũ hơn" not in older
    assert operator.get(f"{LOG}?sau=khong-phai-khoa").status_code == 200

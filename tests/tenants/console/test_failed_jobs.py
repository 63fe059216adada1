"""Given-up jobs: listed in words, tried again one by one or a kind at once, each in the log."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
import uuid6
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks.base import Task

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tenants.console.task_names import TASK_NAMES
from tenants.console.views import failed_jobs
from tenants.fleet.models import OperatorAct
from tenants.jobs.models import CENTRE, FLEET_QUEUE, Job
from tests.second_factor import open_operator_pages
from tests.tenants.console.pages import text_of

PAGE = "/operator/viec-loi/"
OURS = ("citizens.", "documents.", "services.", "tenants.")
PRINT = "documents.registers.tasks.render_document"
# The session, the account, the desk, the jobs, the kinds; now and then when it was last seen.
STATEMENTS = 6


def give_up(commune: str = "00004", task: str = PRINT) -> Job:
    return Job.objects.create(
        task=task,
        commune_code=commune,
        queue=FLEET_QUEUE if commune == CENTRE else "default",
        turn=1,
        state="failed",
        attempts=6,
        error=f"OSError: hết chỗ ở {commune}",
        finished_at="2026-11-21T07:05:00Z",
    )


def errors_on(browser: Client, query: str = "") -> list[str]:
    said = text_of(browser.get(PAGE + query))
    return re.findall(r"hết chỗ ở (\d{5})", said)


def state_of(job: Job) -> str:
    return Job.objects.get(pk=job.pk).state


def test_each_is_told_with_its_commune_time_attempts_and_error(operator: Client) -> None:
    give_up()
    said = text_of(operator.get(PAGE))
    assert "In văn bản đã ban hành OSError: hết chỗ ở 00004 sau 6 lần thử" in said
    assert "sau 6 lần thử Phường Ba Đình, Thành phố Hà Nội 14:05 21/11/2026" in said


def test_every_task_of_the_product_has_a_name_in_words() -> None:
    apps = [name.replace(".", "/") for name in settings.INSTALLED_APPS if name.startswith(OURS)]
    modules = [
        path.relative_to(settings.BASE_DIR)
        for app in apps
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if re.search(r"^@task\(", path.read_text(encoding="utf-8"), re.M)
    ]
    tasks = {
        value.module_path
        for path in modules
        for value in vars(import_module(".".join(path.with_suffix("").parts))).values()
        if isinstance(value, Task)
    }
    assert PRINT in tasks
    assert tasks == TASK_NAMES.keys(), "name it in tenants/console/task_names.py"


def test_without_any_it_says_so(operator: Client) -> None:
    assert "Không có việc nền nào lỗi." in text_of(operator.get(PAGE))


def test_a_job_of_the_whole_system_and_an_unknown_task_are_listed(operator: Client) -> None:
    give_up(CENTRE, "some.tasks.other")
    said = text_of(operator.get(PAGE))
    assert "some.tasks.other" in said and "sau 6 lần thử cả hệ thống" in said


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["00008", "00004"]),
        ("?xa=00004", ["00004"]),
        ("?xa=ba+dinh", ["00004"]),
        ("?xa=khong+co+noi+nay", []),
        (f"?viec={PRINT}", ["00008", "00004"]),
        ("?viec=khac", []),
        ("?sau=khong-phai-khoa&xa=%00", ["00008", "00004"]),
    ],
)
def test_the_list_is_narrowed(query: str, found: list[str], operator: Client) -> None:
    give_up("00004")
    give_up("00008")
    assert errors_on(operator, query) == found


def test_older_ones_are_on_the_next_page(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failed_jobs, "PAGE", 2)
    jobs = [give_up() for _ in range(3)]
    page = operator.get(PAGE).content.decode()
    assert page.count("hết chỗ") == 2 and f"sau={jobs[1].pk}" in page
    assert errors_on(operator, f"?sau={jobs[1].pk}") == ["00004"]


def test_one_is_tried_again_once(operator: Client, khue: Account) -> None:
    job, other = give_up(), give_up("00008")
    said = text_of(operator.post(f"{PAGE}chay-lai/", {"job": job.pk}, follow=True))
    assert "1 việc được chạy lại." in said
    assert state_of(job) == "queued" and state_of(other) == "failed"
    said = text_of(operator.post(f"{PAGE}chay-lai/", {"job": job.pk}, follow=True))
    assert "có lẽ đã được chạy lại rồi" in said
    act = OperatorAct.objects.get()
    assert (act.act, act.account_id, act.commune_code) == ("retry_job", khue.pk, "00004")
    assert "chạy lại việc nền: In văn bản đã ban hành" in text_of(
        operator.get("/operator/xa/00004/")
    )


def test_all_of_a_kind_are_tried_again(operator: Client) -> None:
    jobs = [give_up("00004"), give_up("00008")]
    other = give_up(CENTRE, "some.tasks.other")
    said = text_of(operator.post(f"{PAGE}chay-lai/", {"viec": PRINT}, follow=True))
    assert "2 việc được chạy lại." in said
    assert {state_of(job) for job in jobs} == {"queued"} and state_of(other) == "failed"
    assert OperatorAct.objects.get().note == f"{PRINT} × 2"


def test_all_of_a_kind_of_one_commune_are_tried_again(operator: Client) -> None:
    mine, neighbours = give_up("00004"), give_up("00008")
    operator.post(f"{PAGE}chay-lai/", {"viec": PRINT, "xa": "00004"})
    assert state_of(mine) == "queued" and state_of(neighbours) == "failed"


def test_from_a_communes_page_one_comes_back_to_it(operator: Client) -> None:
    sent = {"job": give_up().pk, "xa": "00004", "from_commune": "1"}
    assert operator.post(f"{PAGE}chay-lai/", sent)["Location"] == "/operator/xa/00004/"


@pytest.mark.parametrize(
    "sent", [{}, {"job": "x"}, {"job": str(uuid6.uuid7())}, {"viec": "\0"}, {"xa": "//khac.vn"}]
)
def test_odd_requests_do_nothing(sent: dict[str, str], operator: Client) -> None:
    job = give_up()
    response = operator.post(f"{PAGE}chay-lai/", {**sent, "from_commune": "1"})
    assert response["Location"] == PAGE
    assert state_of(job) == "failed" and not OperatorAct.objects.exists()


def test_it_is_sent_with_the_pages_token(khue: Account, ba_dinh: CommuneInfo) -> None:
    browser = Client(SERVER_NAME="xaso.localhost", enforce_csrf_checks=True)
    browser.force_login(khue)
    open_operator_pages(browser)
    job = give_up()
    assert browser.post(f"{PAGE}chay-lai/", {"job": job.pk}).status_code == 403
    assert state_of(job) == "failed"


def test_many_cost_no_more_statements(operator: Client) -> None:
    for _ in range(60):
        give_up()
    with CaptureQueriesContext(connection) as captured:
        assert len(errors_on(operator)) == 50
    assert len(captured) <= STATEMENTS

"""One commune's page: how it stands, what was done to it, suspending and resuming."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import uuid6
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tenants.communes.models import Commune, Figures
from tenants.communes.versions import code_version
from tenants.fleet.models import OperatorAct, Upgrade
from tenants.jobs.models import Job
from tests.second_factor import open_operator_pages
from tests.tenants.console.pages import text_of

PAGE = "/operator/xa/00004/"
REASON = {"reason": "Chuyển máy chủ của tỉnh"}
# The session, the account; the commune, its figures, its upgrades, jobs, acts and access.
STATEMENTS = 9


def test_it_says_how_the_communes_system_stands(operator: Client) -> None:
    Figures.objects.filter(commune_code="00004").update(cases=1204, open_cases=33)
    Commune.objects.filter(code="00004").update(schema_version=code_version() - 1)
    said = text_of(operator.get(PAGE))
    for part in (
        "Phường Ba Đình Thành phố Hà Nội",
        "http://phuong-ba-dinh-ha-noi.xaso.localhost/",
        "Đang hoạt động",
        f"{code_version() - 1} (phần mềm đang ở {code_version()})",
        "Cụm dữ liệu main",
        "Hồ sơ 1.204",
        "Đang giải quyết 33",
    ):
        assert part in said


def test_a_commune_that_is_not_here_has_no_page(operator: Client) -> None:
    for code in ("00070", "99999", "x"):
        assert operator.get(f"/operator/xa/{code}/").status_code == 404
        assert operator.post(f"/operator/xa/{code}/tam-ngung/", REASON).status_code == 404


def test_its_upgrades_jobs_and_acts_are_told_and_no_other_communes(operator: Client) -> None:
    for code, result in (("00004", "done"), ("00004", "locked"), ("00008", "failed")):
        Upgrade.objects.create(
            run_id=uuid6.uuid7(),
            commune_code=code,
            from_version=3,
            to_version=4,
            result=result,
            error="" if result == "done" else f"chờ khóa ở {code}",
            seconds=0.0123,
        )
        Job.objects.create(
            task="documents.registers.tasks.render_document",
            commune_code=code,
            turn=1,
            state="failed",
            error=f"OSError: hết chỗ ở {code}",
        )
    OperatorAct.objects.create(name="Đỗ Minh Khuê", act="export", commune_code="00004", note="sao")
    OperatorAct.objects.create(name="Đỗ Minh Khuê", act="export", commune_code="00008", note="khác")
    said = text_of(operator.get(PAGE))
    assert "3 → 4 Xong 12" in said and "3 → 4 Đang bị khóa chờ khóa ở 00004" in said
    assert "In văn bản đã ban hành" in said and "hết chỗ ở 00004" in said
    assert "Đỗ Minh Khuê xuất dữ liệu: sao" in said
    assert "00008" not in said and "khác" not in said.replace("máy chủ khác", "")
    with CaptureQueriesContext(connection) as captured:
        operator.get(PAGE)
    assert len(captured) <= STATEMENTS


def test_the_operator_suspends_it_and_opens_it_again(
    operator: Client,
    khue: Account,
    ba_dinh: CommuneInfo,
    commune_client: Callable[[CommuneInfo], Client],
) -> None:
    visitor = commune_client(ba_dinh)
    assert visitor.get("/").status_code == 200
    said = text_of(operator.post(f"{PAGE}tam-ngung/", REASON, follow=True))
    assert "Đã tạm ngừng. Máy chủ khác biết trong vòng 60 giây." in said
    assert "Đỗ Minh Khuê tạm ngừng: Chuyển máy chủ của tỉnh" in said
    assert visitor.get("/").status_code == 503
    said = text_of(operator.post(f"{PAGE}mo-lai/", {"reason": "Đã chuyển xong"}, follow=True))
    assert "Đã mở lại." in said
    assert visitor.get("/").status_code == 200
    assert set(OperatorAct.objects.values_list("account_id", flat=True)) == {khue.pk}


def test_a_second_click_changes_nothing_and_is_told(operator: Client) -> None:
    operator.post(f"{PAGE}tam-ngung/", REASON)
    said = text_of(operator.post(f"{PAGE}tam-ngung/", REASON, follow=True))
    assert "không có gì thay đổi" in said
    assert OperatorAct.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "bảo", "x" * 301, "a\0bcdef"])
def test_without_a_reason_nothing_happens_and_the_page_says_what_to_mend(
    reason: str, operator: Client
) -> None:
    page = operator.post(f"{PAGE}tam-ngung/", {"reason": reason})
    assert page.status_code == 200 and "Có chỗ cần sửa" in text_of(page)
    assert Commune.objects.get(code="00004").state == "active"


def test_a_merged_commune_leads_to_its_successor_and_is_not_opened_again(
    operator: Client,
) -> None:
    Commune.objects.filter(code="00004").update(state="merged", successor_code="00008")
    page = operator.get(PAGE)
    assert 'href="/operator/xa/00008/"' in page.content.decode()
    assert "mo-lai" not in page.content.decode()
    assert "đã sáp nhập" in text_of(operator.post(f"{PAGE}mo-lai/", REASON, follow=True))
    assert Commune.objects.get(code="00004").state == "merged"


@pytest.mark.parametrize("address", ["tam-ngung/", "mo-lai/"])
def test_changes_are_sent_with_the_pages_token(
    address: str, khue: Account, ba_dinh: CommuneInfo
) -> None:
    browser = Client(SERVER_NAME="xaso.localhost", enforce_csrf_checks=True)
    browser.force_login(khue)
    open_operator_pages(browser)
    assert browser.post(PAGE + address, REASON).status_code == 403
    assert not OperatorAct.objects.exists()

"""A commune is suspended and resumed with a reason; a second click changes nothing."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tenants.communes.current import CommuneInfo, CommuneNotOnboarded, commune_info
from tenants.communes.models import Commune
from tenants.fleet.acts import Operator
from tenants.fleet.models import OperatorAct
from tenants.fleet.suspension import (
    CommuneMerged,
    ReasonNotValid,
    Suspension,
    resume_commune,
    suspend_commune,
)

KHUE = Operator(uuid.UUID(int=1), "Đỗ Minh Khuê")
REASON = "Chuyển máy chủ của tỉnh"


def suspend(commune: CommuneInfo, reason: str = REASON) -> Suspension:
    return suspend_commune(code=commune.code, operator=KHUE, reason=reason)


def resume(commune: CommuneInfo) -> Suspension:
    return resume_commune(code=commune.code, operator=KHUE, reason="Đã chuyển xong")


def test_its_pages_close_at_once_in_this_process_and_open_again(
    ba_dinh: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]
) -> None:
    browser = commune_client(ba_dinh)
    before = Commune.objects.get(code=ba_dinh.code).state_changed_at
    assert browser.get("/").status_code == 200
    assert suspend(ba_dinh) is Suspension.DONE
    assert browser.get("/").status_code == 503
    assert commune_info(ba_dinh.code).state == "suspended"
    assert resume(ba_dinh) is Suspension.DONE
    assert browser.get("/").status_code == 200
    assert Commune.objects.get(code=ba_dinh.code).state_changed_at >= before


def test_each_change_is_logged_with_who_and_why(ba_dinh: CommuneInfo) -> None:
    suspend(ba_dinh, "  Chuyển máy chủ\n của tỉnh ")
    resume(ba_dinh)
    acts = OperatorAct.objects.order_by("id").values_list(
        "act", "account_id", "name", "commune_code", "note"
    )
    who = (KHUE.account_id, KHUE.name, ba_dinh.code)
    assert list(acts) == [("suspend", *who, REASON), ("resume", *who, "Đã chuyển xong")]


def test_a_second_time_says_so_and_writes_nothing(ba_dinh: CommuneInfo) -> None:
    assert resume(ba_dinh) is Suspension.ALREADY
    suspend(ba_dinh)
    since = Commune.objects.get(code=ba_dinh.code).state_changed_at
    assert suspend(ba_dinh) is Suspension.ALREADY
    assert Commune.objects.get(code=ba_dinh.code).state_changed_at == since
    assert OperatorAct.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_operators_at_once_one_suspends_and_the_other_is_told(
    ba_dinh: CommuneInfo,
) -> None:
    results: list[Suspension] = []
    second = threading.Thread(target=lambda: results.append(_on_own_connection(ba_dinh)))
    with transaction.atomic():
        results.append(suspend(ba_dinh))
        second.start()
        _wait_until_somebody_waits()
    second.join(30)
    assert results == [Suspension.DONE, Suspension.ALREADY]
    assert OperatorAct.objects.count() == 1


def _on_own_connection(commune: CommuneInfo) -> Suspension:
    try:
        return suspend(commune)
    finally:
        connection.close()


def _wait_until_somebody_waits() -> None:
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            # Not pg_stat_activity, which stays as it was first seen in a transaction.
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("The second operator did not wait for the first.")


@pytest.mark.parametrize("reason", ["", "    a    ", "bảo", "x" * 301])
def test_a_reason_is_needed(reason: str, ba_dinh: CommuneInfo) -> None:
    with pytest.raises(ReasonNotValid, match="từ 5 đến 300 ký tự"):
        suspend(ba_dinh, reason)
    assert commune_info(ba_dinh.code).is_active


@pytest.mark.parametrize("act", [suspend, resume])
def test_a_merged_commune_stays_merged(
    act: Callable[[CommuneInfo], Suspension], ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    Commune.objects.filter(code=ba_dinh.code).update(state="merged", successor_code=ngoc_ha.code)
    with pytest.raises(CommuneMerged, match="Phường Ba Đình đã sáp nhập"):
        act(ba_dinh)
    assert not OperatorAct.objects.exists()


def test_a_commune_that_is_not_here_is_explained(db: None) -> None:
    with pytest.raises(CommuneNotOnboarded, match="chưa tham gia"):
        suspend_commune(code="00070", operator=KHUE, reason=REASON)


def test_the_log_cannot_be_rewritten_by_the_application(ba_dinh: CommuneInfo) -> None:
    suspend(ba_dinh)
    for change in (
        lambda: OperatorAct.objects.update(note="khác"),
        lambda: OperatorAct.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()


def test_the_commands_do_the_same(ba_dinh: CommuneInfo) -> None:
    def said(command: str) -> str:
        out = StringIO()
        call_command(command, ba_dinh.code, reason=REASON, stdout=out)
        return out.getvalue()

    assert "Đã tạm ngừng Phường Ba Đình" in said("suspend_commune")
    assert "không có gì thay đổi" in said("suspend_commune")
    assert "Đã mở lại Phường Ba Đình" in said("resume_commune")
    assert "không có gì thay đổi" in said("resume_commune")
    act = OperatorAct.objects.order_by("id")[0]
    assert act.account_id is None and act.name.startswith("Dòng lệnh (")
    for command in ("suspend_commune", "resume_commune"):
        with pytest.raises(CommandError, match="Lý do"):
            call_command(command, ba_dinh.code, reason="")

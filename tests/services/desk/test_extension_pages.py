"""Asking for more time: the official proposes, the leader reads the letter and signs."""

from __future__ import annotations

import datetime as dt

from services.cases.extension import usual_new_day
from services.cases.intake import definition_of
from services.cases.states import Proposal
from tenants.communes.current import in_commune
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import (
    BA_DINH,
    actions_on,
    address,
    now_of,
    press,
    send_written,
    text_of,
)

REASON = "Chờ nơi cư trú trước đây trả lời"


def test_the_specialist_proposes_and_the_leader_signs(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("in_process")
    specialist = desk("specialist")
    assert "de-nghi-gia-han" in actions_on(specialist.get(address(case)))
    page = text_of(specialist.get(address(case, "de-nghi-gia-han/")))
    assert "phải ký xong trước" in page or "lẽ ra phải xong trước" in page
    with in_commune(BA_DINH):
        day = usual_new_day(case, definition_of(case))
    assert f'value="{day:%Y-%m-%d}"' in page, "the procedure's own extension is proposed"
    press(specialist, case, "de-nghi-gia-han/", new_day=day.isoformat(), reason=REASON)
    assert now_of(case).proposal == Proposal.EXTENSION
    assert "de-nghi-gia-han" not in actions_on(specialist.get(address(case)))

    leader = desk("leader")
    assert actions_on(leader.get(address(case)))[:2] == ["gia-han", "khong-dong-y"]
    letter = text_of(leader.get(address(case, "gia-han/")))
    assert REASON in letter and f"{day:%d/%m/%Y}" in letter
    after = send_written(leader, case, "gia-han/")
    extended = now_of(case)
    assert extended.due_at is not None and extended.due_at != extended.original_due_at
    page = text_of(after)
    assert "Hẹn lần đầu" in page and "Gia hạn:" in page and "Văn bản xin lỗi" in page


def test_a_day_that_will_not_do_is_said_so(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("in_process")
    browser = desk("specialist")
    yesterday = dt.date.today() - dt.timedelta(days=1)
    said = press(browser, case, "de-nghi-gia-han/", new_day=yesterday.isoformat(), reason=REASON)
    assert "Ngày hẹn mới phải là ngày làm việc" in said
    assert now_of(case).proposal == ""


def test_who_may_not_sign_finds_no_letter(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("in_process")
    for role in ("reception", "clerk", "specialist"):
        said = text_of(desk(role).get(address(case, "gia-han/"), follow=True))
        assert "nên không làm được việc này" in said or "không thuộc việc của anh/chị" in said

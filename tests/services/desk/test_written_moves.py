"""What cannot be called back is read before it is sent; what was typed is never lost."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.registers.models import Document
from services.cases.delivery import documents_of
from services.cases.models import Case
from services.cases.states import CaseStatus
from tenants.communes.current import in_commune
from tenants.history.events import events_of
from tenants.jobs.runner import run_pending_jobs
from tests.factories import PDF, Stage
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import (
    BA_DINH,
    address,
    now_of,
    press,
    seen_on,
    send_written,
    text_of,
)

PHRASE = "Bản chụp mờ, mất góc, không đọc được"


def papers_of(case: Case) -> list[Document]:
    with in_commune(BA_DINH):
        return documents_of(case)


@pytest.mark.parametrize(
    ("stage", "role", "move", "field", "status"),
    [
        ("registered", "reception", "bo-sung/", "items", CaseStatus.SUPPLEMENT),
        ("registered", "reception", "tu-choi/", "reason", CaseStatus.REFUSED),
        ("awaiting_decision", "leader", "khong-chap-thuan/", "reason", CaseStatus.IN_PROCESS),
    ],
)
def test_a_paper_is_read_as_it_will_be_sent_and_drawn_again_when_a_word_changes(
    stage: Stage, role: str, move: str, field: str, status: CaseStatus, desk: Desk, case_at: CaseAt
) -> None:
    case = case_at(stage)
    issued, before = len(papers_of(case)), now_of(case).updated_at
    browser = desk(role)
    data: dict[str, Any] = {"seen": seen_on(browser.get(address(case, move))), field: "Lý do <một>"}
    drawn = browser.post(address(case, move), data)
    frame = re.search(r'<iframe class="paper" srcdoc="([^"]+)"', drawn.content.decode())
    assert frame and "Lý do &lt;một&gt;" in html.unescape(frame[1])
    assert now_of(case).updated_at == before

    data["shown"] = re.search(r'name="shown" value="(\w+)"', drawn.content.decode())[1]  # type: ignore[index]
    changed = browser.post(address(case, move), {**data, field: "Lý do hai"})
    assert "Lý do hai" in text_of(changed) and now_of(case).updated_at == before

    browser.post(address(case, move), data)
    assert now_of(case).status == status
    assert len(papers_of(case)) == issued + 1


@pytest.mark.parametrize(
    ("stage", "role", "move", "asked"),
    [
        ("registered", "reception", "bo-sung/", "Ghi ít nhất một giấy tờ"),
        ("registered", "reception", "tu-choi/", "Ghi lý do"),
        ("awaiting_decision", "leader", "khong-chap-thuan/", "Ghi lý do"),
        ("awaiting_decision", "leader", "tra-lai/", "Ghi rõ cần làm lại điều gì"),
    ],
)
def test_without_a_reason_nothing_is_sent(
    stage: Stage, role: str, move: str, asked: str, desk: Desk, case_at: CaseAt
) -> None:
    case = case_at(stage)
    browser = desk(role)
    token = seen_on(browser.get(address(case, move)))
    page = browser.post(address(case, move), {"seen": token, "reason": "  ", "shown": "x"})
    assert page.status_code == 422 and asked in text_of(page)
    assert now_of(case).updated_at == case.updated_at


def test_what_was_typed_beside_the_missing_reason_stays(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("registered")
    browser = desk("reception")
    token = seen_on(browser.get(address(case, "bo-sung/")))
    data = {"seen": token, "reason": "Gọi lại trước thứ Sáu."}
    page = browser.post(address(case, "bo-sung/"), data)
    assert page.status_code == 422 and "Gọi lại trước thứ Sáu." in text_of(page)


def test_a_ready_sentence_with_a_gap_is_completed(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("registered")
    browser = desk("reception")
    form = browser.get(address(case, "bo-sung/")).content.decode()
    gap = re.search(r'name="(gap_\d+)"', form)
    assert gap
    send_written(
        browser, case, "bo-sung/", **{gap[1]: "căn cước của cha", "phrases": PHRASE, "items": ""}
    )
    with in_commune(BA_DINH):
        event = events_of(case.pk).last()
        assert event is not None and event.details is not None
        assert event.details["items"] == [PHRASE, "Thiếu giấy tờ: căn cước của cha"]
    assert "Đang chờ người nộp bổ sung đến hết ngày" in text_of(browser.get(address(case)))


def test_a_supplement_is_taken_at_the_counter_with_its_file(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("registered")
    reception = desk("reception")
    send_written(reception, case, "bo-sung/", items="Giấy chứng sinh rõ hơn")

    page = reception.get(address(case, "nhan-bo-sung/"))
    assert "Giấy chứng sinh rõ hơn" in text_of(page)
    empty = reception.post(address(case, "nhan-bo-sung/"), {"seen": seen_on(page)})
    assert empty.status_code == 422 and "Chọn ít nhất một tệp" in text_of(empty)

    bad = SimpleUploadedFile("anh.pdf", b"not a pdf at all", "application/pdf")
    data = {"seen": seen_on(page), "message": "Bản mới.", "paper-birth_certificate": bad}
    refused = reception.post(address(case, "nhan-bo-sung/"), data)
    assert refused.status_code == 422 and "Bản mới." in text_of(refused)

    data["paper-birth_certificate"] = SimpleUploadedFile("anh.pdf", PDF, "application/pdf")
    done = reception.post(address(case, "nhan-bo-sung/"), data, follow=True)
    assert "Đã nhận bổ sung" in text_of(done)
    assert now_of(case).status == CaseStatus.REGISTERED
    # The procedure allows one request: the move is not offered a second time.
    assert "bo-sung/" not in re.findall(r'href="[^"]+/([a-z-]+/)" data-key', done.content.decode())


def test_saving_a_draft_never_hands_the_case_on(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("in_process")
    browser = desk("specialist")
    token = seen_on(browser.get(address(case, "tham-dinh/")))
    data = {"seen": token, "save": "1", "outcome": "rejected", "note": "Chưa rõ."}
    page = browser.post(address(case, "tham-dinh/"), data)
    assert page.status_code == 422 and now_of(case).step_position == case.step_position


def test_an_approval_cannot_be_proposed_with_an_unfinished_result(
    desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("in_process")
    browser = desk("specialist")
    token = seen_on(browser.get(address(case, "tham-dinh/")))
    data = {"seen": token, "outcome": "approved", "note": "Đủ điều kiện."}
    page = browser.post(address(case, "tham-dinh/"), data)
    assert page.status_code == 422 and "Đủ điều kiện." in text_of(page)
    assert now_of(case).step_position == case.step_position


def test_the_receipt_slip_can_be_shown_before_its_pdf_is_there(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("registered")
    reception = desk("reception")
    press(reception, case, "tiep-nhan/")
    (slip,) = papers_of(case)
    page = reception.get(address(case, f"van-ban/{slip.pk}/"))
    assert page["Content-Type"].startswith("text/html")
    assert case.code in text_of(page) and "Giấy chứng sinh" in text_of(page)
    # Only what was frozen is printed, no Python value.
    assert "{'" not in text_of(page) and "None" not in text_of(page)


def test_a_sent_back_case_comes_to_the_step_before(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("awaiting_decision")
    said = press(desk("leader"), case, "tra-lai/", reason="Xem lại năm sinh của mẹ.")
    assert "Đã trả lại bước trước" in said and "Xem lại năm sinh của mẹ." in said
    assert now_of(case).step_role == "specialist"


def test_the_result_is_previewed_signed_released_and_handed_over(
    desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("awaiting_decision")
    leader, clerk = desk("leader"), desk("clerk")
    preview = leader.get(address(case, "xem-truoc/"))
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert "TRẦN NGUYỄN GIA HÂN" in text_of(preview) and "……" in text_of(preview)

    assert "Đã ký duyệt" in _sign(leader, case)
    assert "Đã xong bước này" in press(clerk, case, "phat-hanh/")
    page = clerk.get(address(case, "tra-ket-qua/"))
    data = {"seen": seen_on(page), "receiver": "Nguyễn Thị Hoài Thương"}
    early = clerk.post(address(case, "tra-ket-qua/"), data)
    assert early.status_code == 422 and "đang được tạo" in text_of(early)

    result = next(paper for paper in papers_of(case) if paper.kind == Document.Kind.RESULT)
    waiting = clerk.get(address(case, f"van-ban/{result.pk}/"))
    assert waiting["Content-Type"].startswith("text/html")
    assert result.notation in text_of(waiting)
    run_pending_jobs()
    printed = clerk.get(address(case, f"van-ban/{result.pk}/"))
    assert printed["Content-Type"] == "application/pdf"
    assert printed["Content-Disposition"].startswith("inline")
    assert printed["X-Frame-Options"] == "SAMEORIGIN"
    assert b"".join(printed.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]

    done = clerk.post(address(case, "tra-ket-qua/"), data, follow=True)
    assert "Đã trả kết quả" in text_of(done)
    assert now_of(case).status == CaseStatus.RETURNED


def _sign(leader: Any, case: Case) -> str:
    token = seen_on(leader.get(address(case, "ky-duyet/")))
    return text_of(leader.post(address(case, "ky-duyet/"), {"seen": token}, follow=True))

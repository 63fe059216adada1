"""The pages of stops, withdrawals, payments and referrals, and the ways a result goes out."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from documents.registers.models import Document
from services.cases.delivery import documents_of
from services.cases.intake import request_supplement
from services.cases.models import Case
from services.cases.states import CaseStatus
from tenants.accounts.models import DeskSession
from tenants.communes.current import in_commune
from tenants.organisation.models import Department, Official
from tests.factories import the_official
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import (
    BA_DINH,
    actions_on,
    address,
    now_of,
    press,
    seen_on,
    send_written,
    text_of,
)

BOOK_COPY = "2.000908"
STOP = {"ground": "Theo bản án số 12", "reason": "Tòa án đã giải quyết"}


def picture(kind: str = "PNG") -> SimpleUploadedFile:
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (90, 30), "white").save(drawn, kind)
    return SimpleUploadedFile("chu-ky.png", drawn.getvalue(), "image/png")


def test_the_leader_reads_the_notice_before_signing_a_proposed_stop(
    desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("in_process", BOOK_COPY)
    said = press(desk("specialist"), case, "de-nghi-dung/", **STOP)
    assert "Đã trình lãnh đạo" in said
    leader = desk("leader")
    page = leader.get(address(case))
    assert actions_on(page)[:2] == ["dung", "khong-dong-y"]
    assert "Tòa án đã giải quyết" in text_of(page)
    form = text_of(leader.get(address(case, "dung/")))
    assert "Theo bản án số 12" in form and "không mở lại được" in form
    press(leader, case, "dung/", **STOP)
    assert now_of(case).state == CaseStatus.IN_PROCESS, "signed unread"
    done = send_written(leader, case, "dung/", **STOP, returned="Sổ hộ khẩu\nGiấy khai sinh")
    assert "hồ sơ dừng giải quyết" in text_of(done)
    assert now_of(case).state == CaseStatus.STOPPED
    with in_commune(BA_DINH):
        notice = documents_of(case)[-1]
        assert notice.kind == Document.Kind.STOP_NOTICE
        assert "Sổ hộ khẩu; Giấy khai sinh" in str(notice.content)


@pytest.mark.parametrize("move", ["dung/", "cho-rut/"])
def test_signing_asks_for_the_second_factor_again(desk: Desk, case_at: CaseAt, move: str) -> None:
    case = case_at("in_process", BOOK_COPY)
    if move == "cho-rut/":
        press(desk("reception"), case, "ghi-rut/", reason="Đổi ý")
    leader = desk("leader")
    with in_commune(BA_DINH):
        DeskSession.objects.update(second_factor_at="2026-01-01T00:00:00Z")
    answer = leader.get(address(case, move))
    assert answer.status_code == 302 and "/desk/ho-so/" not in answer["Location"].partition("?")[0]


def test_a_withdrawal_is_written_down_at_the_counter_and_answered(
    desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("in_process", BOOK_COPY)
    assert "chờ lãnh đạo trả lời" in press(desk("reception"), case, "ghi-rut/", reason="Đổi ý")
    leader = desk("leader")
    page = leader.get(address(case))
    assert actions_on(page)[:2] == ["cho-rut", "khong-cho-rut"] and "Đổi ý" in text_of(page)
    press(leader, case, "khong-cho-rut/", reason="Kết quả đã soạn xong")
    assert now_of(case).state == CaseStatus.IN_PROCESS
    press(desk("reception"), case, "ghi-rut/", reason="Vẫn muốn rút")
    assert "dừng giải quyết" in text_of(send_written(leader, case, "cho-rut/", returned=""))
    assert now_of(case).state == CaseStatus.STOPPED


def test_before_acceptance_the_counter_withdraws_at_once(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("registered", BOOK_COPY)
    press(desk("reception"), case, "ghi-rut/", reason="Nộp nhầm")
    assert now_of(case).state == CaseStatus.STOPPED


@pytest.mark.parametrize("typed", ["150.000", "150 000 đ", "150000"])
def test_a_payment_elsewhere_is_asked_for_and_confirmed(
    desk: Desk, case_at: CaseAt, typed: str
) -> None:
    case = case_at("in_process", BOOK_COPY)
    specialist = desk("specialist")
    press(specialist, case, "nop-tien/", amount=typed, reason="Thuế", where="elsewhere")
    page = specialist.get(address(case))
    assert "150.000 đ" in text_of(page) and actions_on(page)[0] == "da-nop"
    press(specialist, case, "da-nop/", reason="Giấy nộp tiền số 12")
    assert now_of(case).state == CaseStatus.IN_PROCESS


def test_an_amount_that_is_none_is_refused_in_words(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("in_process", BOOK_COPY)
    specialist = desk("specialist")
    for typed, told in (("ba trăm", "bằng chữ số"), ("0", "lớn hơn 0"), ("9" * 12, "quá lớn")):
        said = press(specialist, case, "nop-tien/", amount=typed, reason="Thuế", where="here")
        assert told in said and now_of(case).state == CaseStatus.IN_PROCESS


def test_a_department_answers_in_the_case_itself(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("in_process", BOOK_COPY)
    head = desk("head")
    with in_commune(BA_DINH):
        department = Department.objects.create(name="Phòng Kinh tế")
        Official.objects.filter(roles="head").update(department=department)
    specialist = desk("specialist")
    asking = {"question": "Có trong quy hoạch?", "to": str(department.pk), "days": "2"}
    assert "Đã gửi đề nghị phối hợp" in press(specialist, case, "phoi-hop/", **asking)
    page = text_of(specialist.get(address(case)))
    assert "chờ trả lời" in page and "tra-loi/" not in page and "Rút lại đề nghị" in page
    link = re.search(r"/(phoi-hop/[0-9a-f-]+/tra-loi/)", text_of(head.get(address(case))))
    assert link, "the department is not shown where to answer"
    sent = specialist.get(address(case, link[1]), follow=True)
    assert "không làm được việc này" in text_of(sent)
    assert "Có trong quy hoạch?" in text_of(head.get(address(case, link[1])))
    assert "Đã ghi trả lời" in press(head, case, link[1], reason="Có.")
    assert now_of(case).open_referrals == 0


def test_another_agency_has_a_name(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("in_process", BOOK_COPY)
    specialist = desk("specialist")
    asking = {"question": "Xác minh", "to": "co-quan-khac", "days": "2", "agency": ""}
    assert "Ghi tên cơ quan" in press(specialist, case, "phoi-hop/", **asking)
    press(specialist, case, "phoi-hop/", **{**asking, "agency": "Công an phường"})
    page = specialist.get(address(case))
    back = re.search(r"/(phoi-hop/[0-9a-f-]+/rut/)", text_of(page))
    assert back
    specialist.post(address(case, back[1]), {"seen": seen_on(page)})
    assert now_of(case).open_referrals == 0


@pytest.fixture
def printed(case_at: CaseAt, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr("services.cases.delivery.get_result", lambda case: None)
    return case_at("result_ready", BOOK_COPY)


def _give(browser: Client, case: Case, **data: object) -> str:
    token = seen_on(browser.get(address(case, "tra-ket-qua/")))
    sent = {"seen": token, "receiver": "Lò Thị Pâng", **data}
    return text_of(browser.post(address(case, "tra-ket-qua/"), sent, follow=True))


def test_the_receivers_signature_is_kept_and_read_again(desk: Desk, printed: Case) -> None:
    clerk = desk("clerk")
    assert "hồ sơ kết thúc" in _give(clerk, printed, signature=picture())
    case = now_of(printed)
    assert case.signature_file_id and case.receiver_name == "Lò Thị Pâng"
    assert "chu-ky/" in text_of(clerk.get(address(case)))
    # Not before it was checked like every file that comes from outside.
    assert clerk.get(address(case, "chu-ky/")).status_code == 409


def test_without_a_script_the_receiver_signs_on_paper(desk: Desk, printed: Case) -> None:
    clerk = desk("clerk")
    _give(clerk, printed)
    assert now_of(printed).state == CaseStatus.RETURNED
    assert "ký vào sổ giấy" in text_of(clerk.get(address(printed)))
    assert clerk.get(address(printed, "chu-ky/")).status_code == 404


@pytest.mark.parametrize("bad", ["jpeg", "text", "large"])
def test_what_is_no_small_png_is_no_signature(desk: Desk, printed: Case, bad: str) -> None:
    file = {
        "jpeg": picture("JPEG"),
        "text": SimpleUploadedFile("chu-ky.png", b"<script>", "image/png"),
        "large": SimpleUploadedFile("chu-ky.png", b"\x89PNG" + bytes(400_000), "image/png"),
    }[bad]
    _give(desk("clerk"), printed, signature=file)
    assert now_of(printed).state == CaseStatus.RESULT_READY


def test_who_wants_it_by_post_is_sent_it_by_post(desk: Desk, printed: Case) -> None:
    with in_commune(BA_DINH):
        Case.objects.filter(pk=printed.pk).update(return_way="post")
    clerk = desk("clerk")
    assert actions_on(clerk.get(address(printed)))[0] == "gui-buu-chinh"
    assert "Ghi số hiệu" in press(clerk, printed, "gui-buu-chinh/", post_code="?")
    press(clerk, printed, "gui-buu-chinh/", post_code="EB123456789VN")
    page = text_of(clerk.get(address(printed)))
    assert "EB123456789VN" in page and "Qua bưu chính" in page


def test_at_most_four_buttons_stand_in_the_bar(desk: Desk, case_at: CaseAt) -> None:
    page = desk("specialist").get(address(case_at("received", BOOK_COPY))).content.decode()
    bar, _, more = page.partition('<div class="bar ')[2].partition('<details class="bar-more')
    assert 0 < bar.count('class="button') <= 4 and "phoi-hop/" in more


def test_what_waits_for_the_leader_is_among_their_work(desk: Desk, case_at: CaseAt) -> None:
    reception = desk("reception")
    waiting = {name: case_at("in_process", BOOK_COPY) for name in ("stop", "withdrawal", "late")}
    press(desk("specialist"), waiting["stop"], "de-nghi-dung/", **STOP)
    press(reception, waiting["withdrawal"], "ghi-rut/", reason="Đổi ý")
    with in_commune(BA_DINH):
        request_supplement(
            case=waiting["late"], official=the_official("specialist"), items=["Đơn"], reason=""
        )
    leader = desk("leader")
    codes = {name: case.code for name, case in waiting.items()}
    listed = text_of(leader.get("/desk/"))
    assert codes["stop"] in listed and codes["withdrawal"] in listed
    assert codes["late"] not in listed and codes["stop"] not in text_of(reception.get("/desk/"))
    with in_commune(BA_DINH):
        Case.objects.filter(pk=waiting["late"].pk).update(supplement_by="2026-01-02")
    listed = text_of(leader.get("/desk/"))
    assert codes["late"] in listed and "Quá hạn bổ sung" in listed
    page = leader.get(address(waiting["late"]))
    assert actions_on(page)[0] == "dung" and "hồ sơ không tự dừng" in text_of(page)
    assert "02/01/2026 người nộp chưa bổ sung" in text_of(
        leader.get(address(waiting["late"], "dung/"))
    )


def test_what_a_department_was_asked_is_among_its_work(desk: Desk, case_at: CaseAt) -> None:
    case, head = case_at("in_process", BOOK_COPY), desk("head")
    with in_commune(BA_DINH):
        department = Department.objects.create(name="Phòng Kinh tế")
        Official.objects.filter(roles="head").update(department=department)
    assert case.code not in text_of(head.get("/desk/"))
    asking = {"question": "Gì?", "to": str(department.pk), "days": "2"}
    press(desk("specialist"), case, "phoi-hop/", **asking)
    assert case.code in text_of(head.get("/desk/"))

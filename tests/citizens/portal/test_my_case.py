"""One's own case: where it is, what to do, what came out."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from documents.files.tasks import check_file
from documents.registers.models import Document
from services.cases.drafts import attachments_of
from services.cases.intake import accept_case, answer_supplement, request_supplement
from services.cases.models import Case
from services.cases.obligations import require_payment
from services.cases.states import CaseStatus
from services.cases.withdrawal import ask_withdrawal, withdraw_case
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tests.documents.files.test_stripping import SECRETS, photograph
from tests.factories import make_case, pdf_upload, the_official
from tests.journeys.html_forms import text_of_page
from tests.journeys.people_at_work import body

ASKED = "Chụp lại trang 2 của Giấy chứng sinh"


@pytest.fixture
def registered(in_ba_dinh: CommuneInfo, mother: Account) -> Case:
    return make_case(account=mother)


@pytest.fixture
def asked(registered: Case) -> Case:
    """A case whose applicant must do something."""
    return request_supplement(
        case=registered, official=the_official("reception"), items=[ASKED], reason="Ảnh bị mờ."
    )


@pytest.fixture
def ready(in_ba_dinh: CommuneInfo, mother: Account) -> Case:
    """A case whose result is out and drawn."""
    case = make_case(up_to="result_ready", account=mother)
    run_pending_jobs()
    return case


def place(case: Case, rest: str = "") -> str:
    return f"/ho-so/{case.code}/{rest}"


def state_of(case: Case) -> CaseStatus:
    return Case.objects.get(pk=case.pk).state


def test_the_case_tells_where_it_is_who_has_it_and_until_when(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    case = make_case(up_to="in_process", account=mother)
    page = browser.get(place(case))
    words = text_of_page(page)

    assert 'aria-current="step"' in page.content.decode()
    assert "Trần Quốc Bảo đang xử lý" in words or case.handler_name in words
    assert case.due_at is not None
    assert f"{case.due_at.astimezone():%d/%m/%Y}" in words or "Hẹn trả kết quả" in words


def test_what_must_be_done_stands_before_where_the_case_is(browser: Client, asked: Case) -> None:
    drawn = browser.get(place(asked)).content.decode()

    assert drawn.index(ASKED) < drawn.index("Hồ sơ đang ở đâu")
    assert f"{asked.supplement_by:%d/%m/%Y}" in drawn
    assert place(asked, "bo-sung/") in drawn


def test_an_answer_with_a_file_goes_back_to_the_desk(browser: Client, asked: Case) -> None:
    before = len(attachments_of(asked.pk))
    answer = browser.post(
        place(asked, "bo-sung/"),
        {"message": "Tôi đã chụp lại.", "paper-birth_certificate": pdf_upload("lần hai.pdf")},
    )

    assert answer["Location"] == place(asked)
    assert state_of(asked) != CaseStatus.SUPPLEMENT
    assert len(attachments_of(asked.pk)) == before + 1


def test_a_photograph_sent_later_loses_its_notes_too(browser: Client, asked: Case) -> None:
    photo = SimpleUploadedFile("lần hai.jpg", photograph(), "image/jpeg")
    assert "vị trí và thiết bị" in text_of_page(browser.get(place(asked, "bo-sung/")))
    browser.post(place(asked, "bo-sung/"), {"paper-birth_certificate": photo, "strip": "on"})
    check_file.call(str(attachments_of(asked.pk)[-1].file_id), **job_of_last_file())

    added = attachments_of(asked.pk)[-1]
    kept = body(browser.get(place(asked, f"giay-to/{added.pk}/")))
    assert kept.startswith(b"\xff\xd8") and not [one for one in SECRETS if one in kept]


def job_of_last_file() -> dict[str, bool]:
    """What the job that checks the last file was told besides its key."""
    job = Job.objects.filter(task=check_file.module_path).latest("id")
    told: dict[str, bool] = job.args["kwargs"]
    return told


def test_an_answer_with_nothing_in_it_is_not_sent(browser: Client, asked: Case) -> None:
    answer = browser.post(place(asked, "bo-sung/"), {"message": "  "})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert state_of(asked) == CaseStatus.SUPPLEMENT


def test_a_message_is_kept_when_its_file_is_refused(browser: Client, asked: Case) -> None:
    bad = SimpleUploadedFile("hỏng.pdf", b"broken", "application/pdf")
    answer = browser.post(
        place(asked, "bo-sung/"),
        {"message": "Chữ tôi đã gõ", "paper-birth_certificate": bad},
    )

    assert answer.status_code == 422
    assert "Chữ tôi đã gõ" in answer.content.decode()
    assert state_of(asked) == CaseStatus.SUPPLEMENT


def test_where_nothing_is_asked_nothing_can_be_answered(browser: Client, registered: Case) -> None:
    assert browser.get(place(registered, "bo-sung/"))["Location"] == place(registered)


def test_a_case_nobody_has_accepted_is_taken_back(browser: Client, registered: Case) -> None:
    assert place(registered, "rut/") in browser.get(place(registered)).content.decode()

    browser.post(place(registered, "rut/"), {"reason": "Nộp nhầm"})
    assert state_of(registered) == CaseStatus.STOPPED


def test_looking_at_the_withdrawal_takes_nothing_back(browser: Client, registered: Case) -> None:
    assert browser.get(place(registered, "rut/")).status_code == 200
    assert state_of(registered) == CaseStatus.REGISTERED


def test_an_accepted_case_is_asked_for_with_a_reason(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    case = make_case(up_to="received", account=mother)
    assert place(case, "rut/") in browser.get(place(case)).content.decode()

    without = browser.post(place(case, "rut/"), {"reason": "  "})
    assert without.status_code == 422 and "Ghi lý do" in text_of_page(without)
    assert state_of(case) == CaseStatus.RECEIVED

    sent = browser.post(place(case, "rut/"), {"reason": "Đổi ý"}, follow=True)
    assert "chờ trả lời" in text_of_page(sent)
    assert state_of(case) == CaseStatus.WITHDRAWING
    assert "lãnh đạo đang xem xét" in text_of_page(browser.get(place(case, "rut/")))


def test_a_decided_case_is_not_taken_back(browser: Client, ready: Case) -> None:
    assert place(ready, "rut/") not in browser.get(place(ready)).content.decode()
    sent = browser.post(place(ready, "rut/"), {"reason": "Đổi ý"}, follow=True)
    assert "không làm được việc này" in text_of_page(sent)
    assert state_of(ready) == CaseStatus.RESULT_READY


@pytest.mark.parametrize("leaves", ["withdrawn", "asked"])
def test_a_supplement_after_withdrawal_is_refused_with_what_to_do(
    browser: Client, asked: Case, mother: Account, leaves: str
) -> None:
    if leaves == "withdrawn":
        withdraw_case(case=asked, account=mother)
        told = "đã kết thúc (Dừng xử lý) nên không nhận bổ sung nữa"
    else:
        answer_supplement(case=asked, account=mother, message="Đã gửi")
        case = accept_case(case=asked, official=the_official("reception"))
        ask_withdrawal(case=case, account=mother, reason="Đổi ý")
        told = "không còn chờ bổ sung nên không nhận thêm giấy tờ"
    state, given = state_of(asked), len(attachments_of(asked.pk))
    answer = browser.post(
        place(asked, "bo-sung/"),
        {"message": "Gửi muộn", "paper-birth_certificate": pdf_upload()},
        follow=True,
    )
    assert told in text_of_page(answer)
    assert state_of(asked) == state and len(attachments_of(asked.pk)) == given


def test_a_payment_that_is_waited_for_stands_on_top(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    case = make_case("2.000908", "in_process", account=mother)
    specialist = the_official("specialist")
    require_payment(case=case, official=specialist, amount=150_000, reason="Lệ phí đo đạc")
    page = text_of_page(browser.get(place(case)))
    assert "Nộp 150.000 đ" in page and "Lệ phí đo đạc" in page and "tạm dừng" in page


def test_the_result_is_taken_once_and_read_as_often_as_one_likes(
    browser: Client, ready: Case
) -> None:
    answer = browser.post(place(ready, "ket-qua/"))
    assert state_of(ready) == CaseStatus.RETURNED

    for _ in range(2):
        page = browser.get(answer["Location"])
        assert page["Content-Type"] == "application/pdf"
        assert body(page).startswith(b"%PDF")
    assert page["X-Content-Type-Options"] == "nosniff"


def test_looking_at_the_case_takes_no_result(browser: Client, ready: Case) -> None:
    page = browser.get(place(ready))

    assert "Đã có kết quả" in text_of_page(page)
    assert state_of(ready) == CaseStatus.RESULT_READY


def test_there_is_no_result_before_it_is_out(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    case = make_case(up_to="approved", account=mother)
    run_pending_jobs()
    result = Document.objects.get(case_id=case.pk, kind=Document.Kind.RESULT)

    assert browser.get(place(case, "ket-qua/")).status_code == 404
    assert browser.get(place(case, f"van-ban/{result.pk}/")).status_code == 404


def test_slips_and_given_papers_can_be_read(browser: Client, ready: Case) -> None:
    slip = Document.objects.get(case_id=ready.pk, kind=Document.Kind.RECEIPT_SLIP)
    drawn = browser.get(place(ready)).content.decode()

    for rest in (f"van-ban/{slip.pk}/", f"giay-to/{attachments_of(ready.pk)[0].pk}/"):
        assert place(ready, rest) in drawn
        assert body(browser.get(place(ready, rest))).startswith(b"%PDF")


def test_what_officials_write_for_each_other_is_not_shown(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    case = make_case(up_to="awaiting_decision", account=mother)

    assert "Hồ sơ đủ, đúng quy định." not in text_of_page(browser.get(place(case)))


def test_all_cases_of_a_person_stand_on_one_page(browser: Client, asked: Case, ready: Case) -> None:
    page = browser.get("/ho-so-cua-toi/", SERVER_NAME="xaso.localhost")
    drawn = page.content.decode()

    assert asked.code in drawn and ready.code in drawn and "Phường Ba Đình" in drawn
    assert "Nhận kết quả" in drawn
    assert drawn.index(asked.code) < drawn.index(ready.code), "what waits for her comes first"

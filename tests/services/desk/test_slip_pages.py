"""The desk's pages of printed papers: those of a case, the control slip, the register."""

from __future__ import annotations

import csv
import datetime
import io

import pytest
from django.test import Client
from django.utils import timezone

from documents.registers.models import Document
from services.cases.models import Case
from services.cases.register_book import SAVED
from tenants.communes.current import in_commune
from tenants.history.models import Event
from tenants.history.sights import DOCUMENT_SEEN
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tenants.organisation.models import Official
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import BA_DINH, address, text_of

BOOK = "/desk/so-theo-doi/"


@pytest.fixture
def case(case_at: CaseAt) -> Case:
    return case_at("in_process")


@pytest.fixture
def official(desk: Desk) -> Client:
    return desk("reception")


def slip_of(case: Case) -> Document:
    with in_commune(BA_DINH):
        return Document.objects.get(case_id=case.pk, kind=Document.Kind.RECEIPT_SLIP)


def test_every_paper_of_a_case_is_listed_with_its_form(case: Case, official: Client) -> None:
    slip = slip_of(case)

    page = text_of(official.get(address(case, "van-ban/")))

    assert "Mẫu 01" in page
    assert slip.title in page
    assert address(case, f"van-ban/{slip.pk}/trang/") in page
    assert address(case, "van-ban/") in text_of(official.get(address(case)))


def test_a_paper_is_read_as_a_page_and_the_look_is_written_down(
    case: Case, official: Client
) -> None:
    slip = slip_of(case)

    page = official.get(address(case, f"van-ban/{slip.pk}/trang/"))

    assert "GIẤY TIẾP NHẬN HỒ SƠ" in text_of(page)
    assert page["Cache-Control"] == "no-store"
    with in_commune(BA_DINH):
        assert Event.objects.filter(subject_id=case.pk, verb=DOCUMENT_SEEN).count() == 1
    assert official.get(address(case, f"van-ban/{case.pk}/trang/")).status_code == 404


def test_a_pdf_that_was_never_made_is_asked_for_again(case: Case, official: Client) -> None:
    slip = slip_of(case)
    with in_commune(BA_DINH):
        Job.objects.all().delete()

    official.post(address(case, f"van-ban/{slip.pk}/in-lai/"))
    with in_commune(BA_DINH):
        run_pending_jobs()
        jobs = Job.objects.count()

    assert slip_of(case).file_id is not None
    official.post(address(case, f"van-ban/{slip.pk}/in-lai/"))
    with in_commune(BA_DINH):
        assert Job.objects.count() == jobs


def test_the_control_slip_is_a_page_and_a_paper(case: Case, official: Client) -> None:
    page = text_of(official.get(address(case, "kiem-soat/")))

    assert "Các lần giao, nhận hồ sơ" in page
    answer = official.post(address(case, "kiem-soat/in/"))
    with in_commune(BA_DINH):
        (slip,) = Document.objects.filter(case_id=case.pk, kind=Document.Kind.CONTROL_SLIP)
    assert answer["Location"] == address(case, f"van-ban/{slip.pk}/")


def test_the_register_shows_a_period_and_says_what_is_wrong_with_another(
    case: Case, official: Client
) -> None:
    today = timezone.localdate()
    before = today - datetime.timedelta(days=400)

    usual = text_of(official.get(BOOK))
    empty = text_of(official.get(BOOK, {"tu": before.isoformat(), "den": before.isoformat()}))
    two_years = official.get(BOOK, {"tu": before.isoformat(), "den": today.isoformat()})

    assert case.code in usual
    assert case.code not in empty
    assert "chưa có hồ sơ nào được tiếp nhận" in empty
    assert two_years.status_code == 400
    assert "cùng một năm" in text_of(two_years)
    for typed in ({"tu": "x", "den": ""}, {"tu": "2026-02-30", "den": "9999-12-31"}):
        assert official.get(BOOK, typed).status_code == 400


def test_the_register_is_printed_by_a_job_and_saved_as_one_file(
    case: Case, official: Client
) -> None:
    period = {"tu": timezone.localdate().isoformat(), "den": timezone.localdate().isoformat()}

    assert official.get(f"{BOOK}ca-bo/", period).status_code == 404
    shown = text_of(official.post(f"{BOOK}in/", period, follow=True))
    assert "Đang in sổ" in shown
    with in_commune(BA_DINH):
        run_pending_jobs()
        (part,) = Document.objects.filter(kind=Document.Kind.CASE_REGISTER)
    page = text_of(official.get(BOOK, period))
    whole = official.get(f"{BOOK}ca-bo/", period)

    assert part.title in page
    assert b"".join(whole.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    alone = official.get(f"{BOOK}{part.pk}/")
    assert b"".join(alone.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    alone.close()
    whole.close()


def test_the_register_is_saved_as_a_table_and_that_is_written_down(
    case: Case, official: Client
) -> None:
    answer = official.get(f"{BOOK}tai-ve/csv/")

    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, row = csv.reader(io.StringIO(text), delimiter=";")
    assert head[:2] == ["Số thứ tự", "Mã hồ sơ"]
    assert row[:2] == ["0001", case.code]
    with in_commune(BA_DINH):
        assert Event.objects.filter(verb=SAVED).count() == 1
    assert official.get(f"{BOOK}tai-ve/pdf/").status_code == 404


def test_who_has_no_business_with_the_register_does_not_find_it(desk: Desk) -> None:
    specialist = desk("specialist")

    assert specialist.get(BOOK).status_code == 404
    assert specialist.post(f"{BOOK}in/").status_code == 404
    assert BOOK not in text_of(specialist.get("/desk/"))


def test_who_works_in_one_field_reads_its_rows_and_prints_no_book(
    case: Case, official: Client
) -> None:
    with in_commune(BA_DINH):
        Official.objects.filter(roles="reception").update(scope="2.000815")

    page = text_of(official.get(BOOK))

    assert case.code not in page
    assert "phần sổ của lĩnh vực mình" in page
    assert official.post(f"{BOOK}in/").status_code == 404

"""The case register (form 07): numbered rows of a period, printed part by part."""

from __future__ import annotations

import datetime
import io
import subprocess

import pikepdf  # noqa: TID253 (a test is no web worker)
import pytest
from django.utils import timezone

from documents.files.storing import path_of
from documents.registers.models import Document
from services.cases import register_book
from services.cases.models import Case
from services.cases.register_book import (
    PRINTED,
    Period,
    PeriodRefused,
    check_period,
    parts_of,
    print_register,
    received_cases,
    rows_of,
)
from services.cases.tasks import make_register
from tenants.history.models import Event
from tenants.jobs.runner import run_pending_jobs
from tenants.organisation.models import get_letterhead
from tests.factories import make_case, the_official

pytestmark = pytest.mark.usefixtures("in_ba_dinh")


@pytest.fixture
def today() -> Period:
    """The day on which the tests run."""
    return Period(timezone.localdate(), timezone.localdate())


def text_of(document: Document) -> str:
    assert document.file_id is not None
    done = subprocess.run(
        ["pdftotext", "-raw", str(path_of(document.file_id)), "-"],
        capture_output=True,
        check=True,
    )
    return " ".join(done.stdout.decode().split())


def test_a_period_lies_in_one_year_and_does_not_end_before_it_begins() -> None:
    first, last = datetime.date(2026, 3, 1), datetime.date(2026, 11, 30)

    assert check_period(first, last) == Period(first, last)
    with pytest.raises(PeriodRefused, match="từng năm"):
        check_period(first, datetime.date(2027, 1, 1))
    with pytest.raises(PeriodRefused, match="Ngày cuối"):
        check_period(last, first)


def test_received_cases_have_their_rows_in_the_order_of_their_numbers(today: Period) -> None:
    make_case(up_to="registered")
    first = make_case(up_to="received")
    second = make_case(up_to="returned")

    official = the_official("reception")
    rows = list(rows_of(received_cases(official, today), get_letterhead()))

    assert [row.code for row in rows] == [first.code, second.code]
    assert [row.number for row in rows] == ["0001", "0002"]
    assert rows[0].returned_at is None
    assert rows[1].returned_at is not None
    assert rows[1].signed == second.applicant_name
    assert rows[1].phone
    yesterday = today.first - datetime.timedelta(days=1)
    if yesterday.year == today.first.year:
        assert not received_cases(official, Period(yesterday, yesterday)).exists()


def test_the_printed_book_says_what_the_rows_say(today: Period) -> None:
    case = make_case(up_to="returned")

    (part,) = print_register(official=the_official("reception"), period=today)
    run_pending_jobs()
    part.refresh_from_db()

    text = text_of(part)
    assert part.notation == ""
    for words in ("SỔ THEO DÕI HỒ SƠ", "Quyển số: 01", "Từ số 0001 đến số 0001", case.code):
        assert words in text
    assert case.applicant_name in text
    assert f"{today.first:%d/%m/%Y}" in text
    with pikepdf.open(io.BytesIO(path_of(part.file_id).read_bytes())) as document:  # type: ignore[arg-type]
        assert [round(float(side) / 72 * 25.4) for side in document.pages[0].MediaBox] == [
            0, 0, 297, 210,
        ]  # fmt: skip
    assert Event.objects.filter(verb=PRINTED).count() == 1


def test_a_long_book_is_printed_part_by_part_and_volume_by_volume(
    today: Period, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_book, "PART_ROWS", 2)
    monkeypatch.setattr(register_book, "VOLUME_ROWS", 4)
    for _count in range(5):
        make_case(up_to="received")

    documents = print_register(official=the_official("reception"), period=today)

    found = [
        (
            one.content["volume"],
            one.content["cover"],
            [row["number"] for row in one.content["rows"]],
        )
        for one in documents
    ]
    assert found == [
        (1, True, ["0001", "0002"]),
        (1, False, ["0003", "0004"]),
        (2, True, ["0005"]),
    ]
    assert [one.content["last"] for one in documents] == ["0004", "0004", "0005"]
    again = print_register(official=the_official("reception"), period=today)
    assert [one.pk for one in parts_of(today)] == [one.pk for one in again]


def test_an_empty_period_is_one_cover_that_says_so(today: Period) -> None:
    make_register.call(
        str(the_official("reception").pk), today.first.isoformat(), today.last.isoformat()
    )
    run_pending_jobs()

    (part,) = parts_of(today)
    assert "không có hồ sơ nào được tiếp nhận" in text_of(part)


def test_a_result_signed_for_on_the_screen_is_shown_as_signed(today: Period) -> None:
    case = make_case(up_to="returned")
    Case.objects.filter(pk=case.pk).update(signature_file_id=case.pk, receiver_name="Lò Thị Hai")

    (row,) = rows_of(received_cases(the_official("reception"), today), get_letterhead())

    assert row.signed == "Đã ký: Lò Thị Hai"

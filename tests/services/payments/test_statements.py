"""Bank statements: read whatever the bank wrote, booked once, never by a guess."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from services.cases.models import Case
from services.payments.booking import asked_payment, confirm_transfer, take_cash
from services.payments.charges import payments_of, unpaid_of
from services.payments.days import close_day
from services.payments.errors import DayClosed, LineSettled, MayNotCollect
from services.payments.models import BankLine, StatementImport
from services.payments.statements.columns import amount_in, day_in, lines_of, recognise
from services.payments.statements.importing import (
    book_line,
    candidates_of,
    confirm_statement,
    preview,
    undo_line,
    upload_statement,
)
from services.payments.statements.matching import Verdict
from services.payments.statements.reading import StatementRefused, read_table
from tests.factories import make_account, make_case, the_official

pytestmark = pytest.mark.django_db
HEADING = "Ngày giao dịch;Số tham chiếu;Nợ;Có;Diễn giải;Tên đối ứng"


def today() -> str:
    return f"{timezone.localdate():%d/%m/%Y}"


def row(amount: int, text: str, number: str = "", payer: str = "") -> str:
    return f"{today()};{number};;{amount:,};{text};{payer}".replace(",", ".")


def csv_of(*rows: str) -> bytes:
    head = ["NGÂN HÀNG TMCP X;;;;;", "Sao kê tài khoản 113366668888;;;;;", HEADING]
    return "\n".join([*head, *rows, ";;;;Tổng cộng;"]).encode()


def imported(*rows: str, name: str = "sao-ke.csv") -> StatementImport:
    official = the_official("reception")
    kept = upload_statement(file_name=name, data=csv_of(*rows), official=official)
    return confirm_statement(statement=kept, official=official)


def states(statement: StatementImport) -> list[str]:
    return [line.state for line in statement.lines.all()]


def reference_of(case: Case) -> str:
    asked = asked_payment(case.pk)
    assert asked is not None
    return asked.reference


class TestBooking:
    def test_a_reference_with_its_amount_is_booked(self, case: Case) -> None:
        done = imported(row(16_000, f"IBFT {reference_of(case)} GD 0123", "FT1"))
        assert states(done) == ["booked"] and unpaid_of(case.pk) == 0
        (line,) = done.lines.all()
        assert line.payment is not None and line.payment.outside_number == "FT1"
        assert done.content is None

    def test_a_whole_case_code_is_as_good(self, case: Case) -> None:
        assert states(imported(row(16_000, f"nop phi {case.code.replace('-', ' ')}"))) == ["booked"]

    def test_the_same_file_again_books_nothing(self, case: Case) -> None:
        rows = (row(16_000, reference_of(case)), row(5_000, "khong ro"), row(5_000, "khong ro"))
        assert states(imported(*rows)) == ["booked", "unknown", "unknown"]
        assert states(imported(*rows, name="lan-hai.csv")) == []
        assert BankLine.objects.count() == 3
        assert sum(one.amount for one in payments_of(case.pk) if one.is_paid) == 16_000

    def test_overlapping_files_book_each_line_once(self, here: Any) -> None:
        cases = [make_case() for _ in range(3)]
        rows = [row(16_000, reference_of(one), f"FT{n}") for n, one in enumerate(cases)]
        assert states(imported(*rows[:2])) == ["booked", "booked"]
        assert states(imported(*rows[1:])) == ["booked"]
        assert all(unpaid_of(one.pk) == 0 for one in cases)

    def test_a_line_that_matches_two_cases_waits_for_a_person(self, here: Any) -> None:
        one, other = make_case(), make_case()
        done = imported(row(16_000, f"{reference_of(one)} {reference_of(other)}"))
        assert states(done) == ["choose"]
        assert unpaid_of(one.pk) == unpaid_of(other.pk) == 16_000
        (line,) = done.lines.all()
        assert {found.case_id for found in candidates_of(line)} == {one.pk, other.pk}
        official = the_official("reception")
        book_line(line=line, case_id=other.pk, case_code=other.code, official=official)
        assert (unpaid_of(one.pk), unpaid_of(other.pk)) == (16_000, 0)
        with pytest.raises(LineSettled):
            book_line(line=line, case_id=one.pk, case_code=one.code, official=official)

    def test_a_name_and_an_amount_are_only_a_guess(self, here: Any) -> None:
        one = make_case(account=make_account())
        done = imported(row(16_000, "chuyen tien", payer=one.applicant_name.upper()))
        assert states(done) == ["choose"] and unpaid_of(one.pk) == 16_000

    def test_another_amount_is_not_booked_by_itself(self, case: Case) -> None:
        done = imported(row(15_000, reference_of(case)))
        assert states(done) == ["differs"] and unpaid_of(case.pk) == 16_000
        (line,) = done.lines.all()
        book_line(
            line=line, case_id=case.pk, case_code=case.code, official=the_official("reception")
        )
        assert unpaid_of(case.pk) == 1_000

    def test_paying_twice_by_the_same_code_is_seen(self, case: Case) -> None:
        text = reference_of(case)
        done = imported(row(16_000, text, "FT1"), row(16_000, text, "FT2"))
        assert states(done) == ["booked", "choose"]

    def test_paid_in_cash_meanwhile_waits_for_a_person(self, case: Case) -> None:
        text, official = reference_of(case), the_official("reception")
        take_cash(case_id=case.pk, case_code=case.code, due=16_000, given=16_000, official=official)
        done = imported(row(16_000, text))
        assert states(done) == ["choose"]
        (line,) = done.lines.all()
        book_line(line=line, case_id=case.pk, case_code=case.code, official=official)
        assert sum(one.surplus for one in payments_of(case.pk)) == 16_000

    def test_a_confirmed_transfer_gets_its_evidence(self, case: Case) -> None:
        text = reference_of(case)
        confirm_transfer(
            case_id=case.pk,
            case_code=case.code,
            due=16_000,
            number="FT9",
            official=the_official("clerk"),
        )
        done = imported(row(16_000, text, "FT9"))
        assert states(done) == ["evidence"]
        undo_line(line=done.lines.get(), official=the_official("clerk"))
        assert unpaid_of(case.pk) == 0, "the confirmation stays"

    def test_a_line_is_undone_until_the_day_is_closed(self, case: Case) -> None:
        text, official = reference_of(case), the_official("reception")
        done = imported(row(16_000, text))
        undo_line(line=done.lines.get(), official=official)
        assert unpaid_of(case.pk) == 16_000
        assert reference_of(case) == text, "the printed code is good again"
        book_line(line=done.lines.get(), case_id=case.pk, case_code=case.code, official=official)
        close_day(day=timezone.localdate(), counted=0, reason="", official=official)
        with pytest.raises(DayClosed):
            undo_line(line=done.lines.get(), official=official)

    def test_a_statement_is_confirmed_once(self, case: Case) -> None:
        done = imported(row(16_000, reference_of(case)))
        with pytest.raises(LineSettled):
            confirm_statement(statement=done, official=the_official("reception"))

    def test_only_who_collects_imports(self, here: Any) -> None:
        with pytest.raises(MayNotCollect):
            upload_statement(file_name="a", data=csv_of(), official=the_official("specialist"))

    def test_a_preview_changes_nothing(self, case: Case) -> None:
        data = csv_of(row(16_000, reference_of(case)), f"{today()};;;1,5;lẻ;")
        kept = upload_statement(file_name="a.csv", data=data, official=the_official("reception"))
        found = preview(kept)
        assert [one.verdict for one in found.matches] == [Verdict.MATCHED]
        assert [one.row for one in found.unread] == [5]
        assert not BankLine.objects.exists() and unpaid_of(case.pk) == 16_000


def workbook(rows: list[list[Any]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append(cells)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


class TestReading:
    @pytest.mark.parametrize(
        "encode",
        [
            lambda text: text.encode("utf-8"),
            lambda text: text.encode("utf-8-sig"),
            lambda text: text.encode("utf-16"),
            lambda text: text.replace(";", ",").encode(),
            lambda text: text.replace(";", "\t").encode(),
        ],
    )
    def test_what_excel_and_banks_write_is_read(self, encode: Callable[[str], bytes]) -> None:
        table = read_table(encode(f"{HEADING}\n{today()};FT1;;16.000;nộp phí;A\n"))
        lines, unread = lines_of(table, recognise(table), "1")
        assert [(one.amount, one.number, one.text) for one in lines] == [(16_000, "FT1", "nộp phí")]
        assert unread == []

    def test_a_sheet_is_read_with_its_kinds_of_cells(self) -> None:
        heading = ["Transaction Date", "Credit", "Description", "Reference"]
        at = datetime.datetime(2026, 11, 20, 9, 30)
        table = read_table(workbook([heading, [at, 16000.0, "A", 123], [at, 1600000, "B", None]]))
        lines, _ = lines_of(table, recognise(table), "1")
        assert [(one.day, one.amount, one.number) for one in lines] == [
            (at.date(), 16_000, "123"),
            (at.date(), 1_600_000, ""),
        ]
        assert all(type(one.amount) is int for one in lines)

    def test_a_formula_is_no_amount(self) -> None:
        heading = ["Ngày", "Ghi có", "Nội dung"]
        table = read_table(workbook([heading, ["20/11/2026", "=8000*2", "x"]]))
        lines, unread = lines_of(table, recognise(table), "1")
        assert lines == [] and len(unread) == 1

    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            ("16000", 16_000),
            ("16.000", 16_000),
            ("1,600,000.00 VND", 1_600_000),
            ("1.600.000,00", 1_600_000),
            ("+16 000 đ", 16_000),
            ("16.000,50", None),
            ("16.00", 16),
            ("1.6000", None),
            ("12,34,567", None),
            ("1e5", None),
            ("", None),
            ("٣٤", None),
            ("9" * 30, None),
        ],
    )
    def test_amounts_are_whole(self, text: str, amount: int | None) -> None:
        assert amount_in(text) == amount

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("20/11/2026 09:30", datetime.date(2026, 11, 20)),
            ("2026-11-20T09:30:00", datetime.date(2026, 11, 20)),
            ("09:30 20-11-26", datetime.date(2026, 11, 20)),
            ("31/02/2026", None),
            ("20/11/2099", None),
            ("hôm qua", None),
        ],
    )
    def test_days_are_day_before_month(self, text: str, day: datetime.date | None) -> None:
        assert day_in(text) == day

    def test_what_is_no_statement_is_refused(self) -> None:
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
        entities = io.BytesIO()
        with zipfile.ZipFile(entities, "w") as packed:
            packed.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
        many = io.BytesIO()
        with zipfile.ZipFile(many, "w") as packed:
            for at in range(300):
                packed.writestr(f"{at}.xml", b"<a/>")
        for data in (
            b"",
            b"\n\n;;\n",
            b"a" * (2 * 1024 * 1024 + 1),
            b"\xd0\xcf\x11\xe0 old Excel",
            b"PK\x03\x04 no zip",
            bomb.getvalue(),
            entities.getvalue(),
            many.getvalue(),
            b"a;b\x00c;d\n",
            b"a;b\n" * 5_001,
            (";".join("a" for _ in range(41)) + "\n").encode(),
        ):
            with pytest.raises(StatementRefused):
                read_table(data)

"""Issuing: number, frozen content and PDF job come together, or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
import time_machine
import uuid6
from django.db import IntegrityError, connection, transaction

from documents.files.storing import open_stored
from documents.registers import tasks
from documents.registers.issuing import issue_document
from documents.registers.models import Document, Series
from documents.registers.numbering import Numbering
from tenants.communes.current import CommuneInfo
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tests.documents.contents import CONTENTS
from tests.documents.registers.sample_tasks import told


@dataclass(frozen=True)
class Chairman:
    """Who signs in these tests."""

    name: str = "Nguyễn Thị Ánh Nguyệt"
    title: str = "Chủ tịch"


def issue(**changes: Any) -> Document:
    """A decision issued by the product's own call."""
    given: dict[str, Any] = {
        "kind": Document.Kind.RESULT,
        "template": "decision",
        "title": "Quyết định về việc trợ cấp hưu trí xã hội",
        "content": CONTENTS["decision"],
        "register": "outgoing",
        "notation_pattern": "{seq}/QĐ-UBND",
        "case_id": uuid6.uuid7(),
        "case_code": "H26.00004-261122-0007",
        "signer": Chairman(),
    }
    return issue_document(**{**given, **changes})


@pytest.fixture(autouse=True)
def _nobody_told() -> None:
    told.clear()


@time_machine.travel(datetime(2027, 1, 4, 18, 30, tzinfo=UTC), tick=False)
def test_a_document_gets_the_number_and_the_date_of_its_day_in_viet_nam(
    in_ba_dinh: CommuneInfo,
) -> None:
    document = issue()

    assert (document.notation, document.year) == ("01/QĐ-UBND", 2027)
    assert document.content["number"] == "01/QĐ-UBND"
    # 18:30 in Greenwich is already the next morning here; January is padded.
    assert document.content["issued"] == {"day": "05", "month": "01", "year": "2027"}
    assert document.content["issued_on"] == "2027-01-05"


def test_content_may_be_made_from_the_number_just_given(in_ba_dinh: CommuneInfo) -> None:
    def content(numbering: Numbering) -> dict[str, Any]:
        return {"after": [f"Quyết định số {numbering.notation}"]}

    assert issue(content=content).content["after"] == ["Quyết định số 01/QĐ-UBND"]


def test_the_printed_code_names_the_commune_and_the_address_leads_there(
    in_ba_dinh: CommuneInfo,
) -> None:
    document = issue()

    code = f"{document.verification_code[:4]}-{document.verification_code[4:]}"
    assert document.content["verification_code"] == f"00004-{code}"
    assert document.content["verification_url"].endswith(f"{in_ba_dinh.host}/kiem-tra/{code}/")


def test_a_slip_without_a_register_carries_no_number(in_ba_dinh: CommuneInfo) -> None:
    document = issue(register=None, notation_pattern=None, template="receipt_slip")

    assert (document.number, document.notation) == (None, "")
    assert not Series.objects.exists()


def test_a_failed_issue_leaves_no_number_no_document_and_no_job(in_ba_dinh: CommuneInfo) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        issue()
        raise ZeroDivisionError

    assert not Document.objects.exists()
    assert not Job.objects.exists()
    assert issue().number == 1


def test_no_two_documents_of_a_register_share_a_number(in_ba_dinh: CommuneInfo) -> None:
    document = issue()

    with pytest.raises(IntegrityError, match="registers_document_number"), transaction.atomic():
        Document.objects.create(
            kind=document.kind,
            template=document.template,
            title=document.title,
            register=document.register,
            number=document.number,
            year=document.year,
            issued_on=document.issued_on,
            content={},
            verification_code="ZZZZZZZZ",
        )


def test_the_frozen_content_is_not_readable_in_the_database(in_ba_dinh: CommuneInfo) -> None:
    document = issue(content=CONTENTS["receipt_slip"], template="receipt_slip")

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM registers_document WHERE id = %s", [document.id])
        (raw,) = cursor.fetchone()

    assert b"001196000412" not in bytes(raw)
    kept = Document.objects.get(pk=document.pk).content
    assert kept["applicant"]["national_id"] == "001196000412"


def test_the_job_stores_the_pdf_and_tells_who_asked(in_ba_dinh: CommuneInfo) -> None:
    document = issue(when_done="tests.documents.registers.sample_tasks.tell")

    run_pending_jobs()

    document.refresh_from_db()
    assert document.rendered_at is not None
    with open_stored(document.file_id) as file:
        data = file.read()
    assert data.startswith(b"%PDF-1.7")
    assert hashlib.sha256(data).hexdigest() == document.sha256
    assert told == [str(document.id)]


def test_a_second_run_of_the_job_changes_nothing(in_ba_dinh: CommuneInfo) -> None:
    document = issue(when_done="tests.documents.registers.sample_tasks.tell")
    run_pending_jobs()
    told.clear()
    first = Document.objects.get(pk=document.pk)

    with mock.patch.object(tasks, "render_pdf", side_effect=AssertionError("rendered twice")):
        tasks.render_document.func(str(document.id))
    run_pending_jobs()

    again = Document.objects.get(pk=document.pk)
    assert (again.file_id, again.rendered_at) == (first.file_id, first.rendered_at)
    assert told == []

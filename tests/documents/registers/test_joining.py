"""Printing several papers in one go."""

from __future__ import annotations

import io
import subprocess

import pikepdf  # noqa: TID253 (a test is no web worker)
import pytest

from documents.registers import joining
from documents.registers.issuing import issue_document
from documents.registers.joining import NotPrinted, TooManyDocuments, join_documents
from documents.registers.models import Document
from tenants.communes.current import CommuneInfo
from tenants.jobs.runner import run_pending_jobs
from tests.documents.contents import CONTENTS


def issued(template: str, name: str) -> Document:
    """A paper for a person of that name, whose PDF is still to be made."""
    content = CONTENTS[template]
    content = {**content, "applicant": {**content["applicant"], "name": name}}
    return issue_document(kind="reply", template=template, title="Phiếu", content=content)


def text_of(data: bytes) -> str:
    done = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode()


def test_papers_are_joined_in_the_order_asked_for(in_ba_dinh: CommuneInfo) -> None:
    first, second = issued("refusal", "Lò Thị Một"), issued("supplement_request", "Lò Thị Hai")
    run_pending_jobs()

    joined = join_documents([second.pk, first.pk])

    with pikepdf.open(io.BytesIO(joined)) as document:
        assert len(document.pages) == 2
    one, two, *_rest = text_of(joined).split("\f")
    assert "Lò Thị Hai" in one
    assert "Lò Thị Một" in two


def test_a_paper_without_its_pdf_is_named(in_ba_dinh: CommuneInfo) -> None:
    first = issued("refusal", "Lò Thị Một")

    with pytest.raises(NotPrinted) as refused:
        join_documents([first.pk])

    assert refused.value.ids == [first.pk]


def test_no_more_than_a_bound_is_joined_at_once(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "MOST_AT_ONCE", 1)
    first, second = issued("refusal", "Lò Thị Một"), issued("refusal", "Lò Thị Hai")

    with pytest.raises(TooManyDocuments):
        join_documents([first.pk, second.pk])

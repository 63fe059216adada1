"""Rows read with one plain statement are what the models would have given."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from documents.files.models import StoredFile
from services.cases.models import Attachment, Draft
from tenants.kit.rows import lock_row, read_row, read_rows

pytestmark = pytest.mark.usefixtures("in_ba_dinh")


@pytest.fixture
def draft(in_ba_dinh: object) -> Draft:
    return Draft.objects.create(
        procedure_code="1.001193",
        procedure_version=1,
        account_id=uuid.uuid4(),
        content={"answers": {"name": "Lê Thị Hà"}},
        expires_on=datetime.date(2030, 1, 1),
    )


def test_a_row_is_what_the_model_would_have_given(draft: Draft):
    read = read_row(Draft, "a.id = %s", [draft.pk])

    assert read is not None
    assert read.content == {"answers": {"name": "Lê Thị Hà"}}
    asked = Draft.objects.get(pk=draft.pk)
    for field in Draft._meta.concrete_fields:
        assert getattr(read, field.attname) == getattr(asked, field.attname)
    assert not read._state.adding


def test_no_row_is_none():
    assert read_row(Draft, "a.id = %s", [uuid.uuid4()]) is None


def test_the_related_row_comes_along():
    owner = uuid.uuid4()
    stored = StoredFile.objects.create(kind="image/png", size=7, sha256="0" * 64)
    Attachment.objects.create(owner_id=owner, paper_key="proof", file=stored, name="a.png")

    with CaptureQueriesContext(connection) as queries:
        (row,) = read_rows(Attachment, "WHERE a.owner_id = %s", [owner], related="file")
        found = row.name, row.file.size

    assert found == ("a.png", 7)
    assert len(queries) == 1


def test_a_row_is_locked_for_the_transaction(draft: Draft):
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert lock_row(Draft, "a.id = %s", [draft.pk]) == draft

    assert queries[0]["sql"].endswith("FOR UPDATE")


def test_a_lock_outside_a_transaction_is_refused(monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        # The connection itself: a proxy would forget what it had.
        patch.setattr(connections[DEFAULT_DB_ALIAS], "in_atomic_block", False)
        with pytest.raises(transaction.TransactionManagementError):
            lock_row(Draft, "a.id = %s", [uuid.uuid4()])

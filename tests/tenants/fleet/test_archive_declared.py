"""Every column that an archive must treat in its own way is known to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from tenants.accounts.models import Account
from tenants.communes.models import Commune
from tenants.fleet.archive.tables import (
    ACCOUNT_COLUMNS,
    ACCOUNT_LEFT_OUT,
    Table,
    commune_tables,
    declared,
    registry_fields,
    shared_tables,
)

# Keys of rows of the commune itself; they stay as they are wherever it goes.
OWN_KEYS = {
    "cases.Attachment.owner_id",
    "cases.Attachment.source_id",
    "cases.Case.signature_file_id",
    "cases.PageNote.official_id",
    "cases.PaperCount.owner_id",
    "cases.Referral.department_id",
    "cases.SavedView.official_id",
    "organisation.Invitation.invited_by",
    "cases.Case.filing_key",
    "cases.Case.handler_id",
    "cases.Draft.official_id",
    "feedback.Petition.handler_id",
    "history.Event.subject_id",
    "notices.Notice.subject_id",
    "reception.Appointment.plan_id",
    "reception.Appointment.ticket_id",
    "reception.Ticket.draft_id",
    "reception.Window.official_id",
    "payments.Charge.case_id",
    "payments.CollectionDay.official_id",
    "payments.CollectionDay.report_id",
    "payments.Payment.case_id",
    "payments.Payment.official_id",
    "payments.Payment.receipt_id",
    "payments.Refund.official_id",
    "payments.Refund.slip_id",
    "payments.StatementImport.official_id",
    "registers.Document.case_id",
    "registers.Document.file_id",
    "tracking.TrackedCase.case_id",
}


def shared_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if apps.get_app_config(model._meta.app_label).name in settings.SHARED_APPS
    ]


def names_a_commune(model: type[models.Model]) -> bool:
    return any(
        one.column == "commune_code" or getattr(one, "related_model", None) is Commune
        for one in model._meta.concrete_fields
    )


def test_every_shared_table_that_names_a_commune_says_what_becomes_of_its_rows() -> None:
    found = {model._meta.label for model in shared_models() if names_a_commune(model)}

    assert set(declared().shared_rows) == found, "declare it in config/commune_data.py"


@pytest.mark.parametrize(("label", "rows"), declared().shared_rows.items())
def test_what_is_left_behind_says_why(label: str, rows: Any) -> None:
    assert rows.exported or rows.reason
    if rows.exported:
        assert rows.dropped, f"{label}: rows that are exported must go with their commune"
    names = {one.column for one in apps.get_model(label)._meta.concrete_fields}
    assert {rows.column, rows.key, *rows.given} <= names


def columns() -> Iterator[tuple[str, Any, Any]]:
    for table in (*commune_tables(), *shared_tables()):
        fields = {str(one.column): one for one in table.model._meta.concrete_fields}
        for column in table.columns:
            one = fields[column.name]
            yield f"{table.model._meta.label}.{one.name}", one, column


def test_every_key_of_something_else_is_an_accounts_or_the_communes_own() -> None:
    unknown = {
        label
        for label, one, column in columns()
        if isinstance(one, models.UUIDField)
        and not one.primary_key
        and not column.account
        and not column.mention
    }

    assert unknown == OWN_KEYS


def test_every_keyed_index_is_declared() -> None:
    found = {label for label, one, _ in columns() if str(one.column).endswith("_index")}

    assert set(declared().blind_indexes) == found


def test_every_index_can_be_made_anew() -> None:
    for purpose in {index.purpose for index in declared().blind_indexes.values()}:
        sources = [
            (label, index.clear)
            for label, index in declared().blind_indexes.items()
            if index.purpose == purpose and index.clear
        ]
        for label, attribute in sources:
            assert hasattr(apps.get_model(label.rpartition(".")[0]), attribute)
        assert sources, purpose


def test_no_byte_column_but_sealed_ones_is_exported() -> None:
    assert all(
        column.kind == "sealed"
        for _, one, column in columns()
        if isinstance(one, models.BinaryField)
    )


def test_every_column_of_an_account_goes_along_or_is_left_out_for_a_reason() -> None:
    every = {one.attname for one in Account._meta.concrete_fields}

    assert set(ACCOUNT_COLUMNS) | set(ACCOUNT_LEFT_OUT) == every
    assert not set(ACCOUNT_COLUMNS) & set(ACCOUNT_LEFT_OUT)
    assert {"password", "is_operator"} <= set(ACCOUNT_LEFT_OUT)


def test_the_registrys_row_goes_along_but_not_where_it_lies() -> None:
    every = {one.attname for one in Commune._meta.concrete_fields}

    assert every - {one.attname for one in registry_fields()} == {"cluster"}


def test_each_table_has_a_member_of_its_own() -> None:
    tables: list[Table] = [*commune_tables(), *shared_tables()]

    assert len({table.member for table in tables}) == len(tables)

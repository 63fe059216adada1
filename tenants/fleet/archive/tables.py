"""Which tables and columns are a commune's: read from the models, never from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from django.apps import apps
from django.conf import settings
from django.db import models
from psycopg2 import sql

from tenants.accounts.models import Account
from tenants.communes.models import Commune
from tenants.fleet.archive.declared import CommuneData, CommuneRows
from tenants.kit.fields import EncryptedJSONField

Kind = Literal["plain", "sealed", "index"]

# What an account takes along. Its identity number is indexed anew by setting it.
ACCOUNT_COLUMNS = (
    "id", "full_name", "email", "phone", "national_id", "national_id_verified_at",
    "assurance_level", "birth_date", "address", "is_active", "date_joined",
)  # fmt: skip
ACCOUNT_LEFT_OUT = {
    "password": "a credential; the person sets a new one",
    "is_operator": "a right over the other deployment",
    "national_id_index": "made anew with the receiver's key",
    "phone_verified_at": "the receiver sends a code of its own",
    "closing_asked_at": "asked of the other deployment",
}
_COMMUNE_LEFT_OUT = ("cluster",)  # the receiver's own


@dataclass(frozen=True)
class Column:
    """A column as the archive has it: as text, opened (`sealed`), or what it indexes (`index`)."""

    name: str
    kind: Kind = "plain"
    detail: str = ""
    """The label of a sealed field, to which its rows are bound; the purpose of an index."""
    account: bool = False
    """Holds an account's key, which is another one where the person has an account already."""
    mention: bool = False
    """Holds an account's key in a record that is never rewritten."""


@dataclass(frozen=True)
class Table:
    """A table of the commune's schema, or its rows of a shared table."""

    member: str
    name: str
    key: str
    columns: tuple[Column, ...]
    model: type[models.Model]
    shared: CommuneRows | None = None
    clear: Mapping[str, str] = field(default_factory=dict)
    """Of an index column: the model's property that gives the value in clear."""

    @cached_property
    def key_at(self) -> int:
        """The place of the key among the columns."""
        return [column.name for column in self.columns].index(self.key)

    @cached_property
    def fields(self) -> tuple[models.Field[Any, Any] | None, ...]:
        """The model's field of each column; None for one that an older schema had."""
        by_column = {one.column: one for one in self.model._meta.concrete_fields}
        return tuple(by_column.get(column.name) for column in self.columns)

    @property
    def given(self) -> Mapping[str, str | None]:
        """The columns that this deployment fills itself."""
        return self.shared.given if self.shared else {}

    @property
    def order(self) -> sql.Composable:
        """Return what puts the rows in one order everywhere."""
        key = next(f for f in self.model._meta.concrete_fields if f.column == self.key)
        by_bytes = sql.SQL('{} COLLATE "C"') if isinstance(key, models.CharField) else sql.SQL("{}")
        return by_bytes.format(sql.Identifier(self.key))

    def place(self, commune_code: str) -> sql.Composable:
        """Return the table with its schema."""
        schema = "public" if self.shared else f"xa_{commune_code}"
        return sql.Identifier(schema, self.name)

    def own_rows(self, commune_code: str) -> sql.Composable:
        """Return which rows are the commune's: in its schema, all."""
        if self.shared is None:
            return sql.SQL("true")
        return sql.SQL("{} = {}").format(
            sql.Identifier(self.shared.column), sql.Literal(commune_code)
        )

    def condition(self, commune_code: str) -> sql.Composable:
        """Return which rows are exported."""
        own = self.own_rows(commune_code)
        if self.shared is None or not self.shared.only:
            return own
        return sql.SQL("{} AND {}").format(own, sql.SQL(self.shared.only))


def declared() -> CommuneData:
    """Return what config says of the data of communes."""
    data: CommuneData = settings.COMMUNE_DATA
    return data


def commune_tables() -> tuple[Table, ...]:
    """Return the tables of a commune's schema; the one of migrations is made with the schema."""
    found = (
        _table(model, f"rows/{model._meta.db_table}")
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for model in config.get_models()
    )
    return tuple(found)


def shared_tables(*, exported: bool = True) -> tuple[Table, ...]:
    """Return the shared tables that hold rows of communes: the exported or the other ones."""
    found = []
    for label, rows in declared().shared_rows.items():
        model = apps.get_model(label)
        if rows.exported == exported:
            found.append(_table(model, f"shared/{model._meta.db_table}", rows))
    return tuple(found)


def account_table() -> Table:
    """Return what an archive holds of accounts."""
    columns = tuple(_column(Account._meta.get_field(name)) for name in ACCOUNT_COLUMNS)
    rows = CommuneRows(exported=True)
    return Table("accounts", Account._meta.db_table, "id", columns, Account, rows)


def registry_fields() -> tuple[models.Field[Any, Any], ...]:
    """Return the fields of the registry's row that go along."""
    return tuple(f for f in Commune._meta.concrete_fields if f.name not in _COMMUNE_LEFT_OUT)


def _table(model: type[models.Model], member: str, rows: CommuneRows | None = None) -> Table:
    fields = [f for f in model._meta.concrete_fields if not rows or f.column not in rows.given]
    columns = tuple(_column(one) for one in fields)
    indexes = declared().blind_indexes
    clear = {
        column.name: indexes[f"{model._meta.label}.{column.name}"].clear
        for column in columns
        if column.kind == "index"
    }
    key = rows.key if rows else str(model._meta.pk.column)
    return Table(member, model._meta.db_table, key, columns, model, rows, clear)


def _column(one: Any) -> Column:
    label = f"{one.model._meta.label}.{one.name}"
    name = str(one.column)
    if isinstance(one, EncryptedJSONField):
        return Column(name, "sealed", label)
    index = declared().blind_indexes.get(label)
    if index is not None:
        return Column(name, "index", index.purpose)
    names_account = isinstance(one, models.UUIDField) and (
        name == "account_id" or name.endswith("_account_id")
    )
    return Column(name, account=names_account, mention=label in declared().mentioned_accounts)

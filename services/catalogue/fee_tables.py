"""What a province's council may say about fees: the shape of ``data/fees/<province>.yaml``.

A table replaces the procedure file's row of the same key and adds rows of other keys; what it does
not name stays at the national rate. Amounts are đồng. A relief with a condition over the answers
is given by itself; one without is granted at the counter to whoever shows that it fits.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from services.catalogue.form_parts import Channel, Expr, Key, Label, Part, Prose
from services.catalogue.schema import Fee, ProcedureDefinition

Code = Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
Ground = Annotated[str, Field(min_length=1, max_length=150)]


class FeeRow(Part):
    """One row of a table; what is not said follows the national row of the same key."""

    procedure: Code
    key: Key
    name: Label | None = None
    amount: Expr | None = None
    cap: Expr | None = None
    times: Expr | None = None
    when: Expr | None = None
    each: Key | None = None
    channel: Channel | None = None
    collected: Literal["receipt", "supplement", "return"] | None = None
    from_: dt.date | None = Field(default=None, alias="from")
    to: dt.date | None = None
    note: Prose | None = None


class Relief(Part):
    """Who pays less, by how many per cent of which fees, on which ground."""

    ground: Ground
    percent: Annotated[int, Field(ge=1, le=100)] = 100
    procedures: Annotated[tuple[Code, ...], Field(min_length=1)]
    keys: tuple[Key, ...] = ()
    when: Expr | None = None
    channel: Channel | None = None
    from_: dt.date | None = Field(default=None, alias="from")
    to: dt.date | None = None

    def fits(self, code: str, key: str, channel: str, day: dt.date) -> bool:
        """Whether it speaks of this fee; its condition over the answers is asked apart."""
        return (
            code in self.procedures
            and (not self.keys or key in self.keys)
            and self.channel in (None, channel)
            and is_in_force(self, day)
        )


class FeeTable(Part):
    """All that one resolution sets, and the days of its force."""

    resolution: Annotated[str, Field(min_length=1, max_length=80)]
    adopted_on: dt.date | None = None
    valid_from: dt.date
    valid_to: dt.date | None = None
    # How sure the figures are, as design notes mark it: V, V2, M or U.
    mark: Literal["V", "V2", "M", "U"] | None = None
    texts: dict[Code, Prose] = {}
    rows: tuple[FeeRow, ...] = ()
    reliefs: tuple[Relief, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The stored form: plain JSON without the values that are defaults."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def rates(self, definition: ProcedureDefinition) -> list[Fee]:
        """The fees of a procedure under this table, the national ones where it is silent."""
        own = [row for row in self.rows if row.procedure == definition.code]
        replaced = {row.key for row in own}
        rates = [fee for fee in definition.fees if fee.key not in replaced]
        return rates + [self._rate(definition, row) for row in own]

    def _rate(self, definition: ProcedureDefinition, row: FeeRow) -> Fee:
        national = next((fee for fee in definition.fees if fee.key == row.key), None)
        said = {
            name: value
            for name in ("name", "amount", "cap", "times", "when", "each", "collected", "note")
            if (value := getattr(row, name)) is not None
        }
        # Days and channels are the table's own: those of the national row do not bind it.
        said |= {"channel": row.channel, "from_": row.from_, "to": row.to}
        if national is not None:
            return national.model_copy(update=said)
        return Fee.model_validate(
            {"key": row.key, "name": row.name, "amount": row.amount}
            | {("from" if key == "from_" else key): value for key, value in said.items()}
        )


class ProvinceFees(Part):
    """A file: the tables of one province, the newest that has begun being in force."""

    province: Annotated[str, Field(pattern=r"^\d{2}$")]
    tables: Annotated[tuple[FeeTable, ...], Field(min_length=1)]


def is_in_force(part: Fee | FeeRow | Relief, day: dt.date) -> bool:
    """Whether a row holds on a day."""
    return (part.from_ is None or part.from_ <= day) and (part.to is None or day <= part.to)

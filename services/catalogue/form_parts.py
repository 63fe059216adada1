"""The parts of a form as a procedure file describes them: questions, pages, sections."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.catalogue.expressions import ExpressionError, parse

FieldType = Literal[
    "text",
    "long_text",
    "number",
    "money",
    "date",
    "partial_date",
    "date_in_words",
    "time",
    "choice",
    "choices",
    "yes_no",
    "national_id",
    "phone",
    "email",
    "commune",
    "province",
    "group",
    "repeat",
    "declaration",
]
Channel = Literal["online", "counter", "post"]
Role = Literal["reception", "specialist", "head", "leader", "clerk"]
Prefill = Literal[
    "account.full_name",
    "account.national_id",
    "account.phone",
    "account.email",
    "account.birth_date",
    "account.address",
]


def _check_expression(text: str) -> str:
    try:
        parse(text)
    except ExpressionError as error:
        raise ValueError(str(error)) from None
    return text


Expr = Annotated[str, AfterValidator(_check_expression)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Label = Annotated[str, Field(min_length=1, max_length=300)]
Prose = Annotated[str, Field(min_length=1, max_length=4000)]


class Part(BaseModel):
    """A part of a procedure: immutable, and refusing keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(Part):
    """One answer of a choice: what is stored and what is shown."""

    value: Annotated[str, Field(min_length=1, max_length=200)]
    label: Label


class Copy(Part):
    """The earlier answer a question starts with, and the condition under which it does."""

    from_: Key = Field(alias="from")
    when: Expr | None = None


class FieldSpec(Part):
    """One question, a fieldset of questions (``group``) or a repeated row (``repeat``)."""

    key: Key
    label: Label
    type: FieldType
    required: bool = True
    when: Expr | None = None
    required_when: Expr | None = None
    hint: Prose | None = None
    options: tuple[Option, ...] = ()
    default: str | int | bool | None = None
    copy_: Copy | None = Field(default=None, alias="copy")
    prefill: Prefill | None = None
    prefill_when: Expr | None = None
    min: int | None = None
    max: int | None = None
    max_length: Annotated[int, Field(ge=1, le=10000)] | None = None
    pattern: str | None = None
    pattern_message: Prose | None = None
    past: bool = False
    of: Key | None = None
    text: Prose | None = None
    fields: tuple[FieldSpec, ...] = ()
    columns: tuple[FieldSpec, ...] = ()
    rows: tuple[Label, ...] = ()
    min_rows: Annotated[int, Field(ge=0, le=50)] = 1
    max_rows: Annotated[int, Field(ge=1, le=50)] = 10
    row_label: Label | None = None
    print: Prose | None = None
    from_: str | None = Field(default=None, alias="from")

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label by stored value of a choice."""
        return {option.value: option.label for option in self.options}

    def leaves(self) -> Iterator[FieldSpec]:
        """The fields that carry an answer: a group's fields, else the field itself."""
        if self.type == "group":
            for inner in self.fields:
                yield from inner.leaves()
        else:
            yield self


class PageSpec(Part):
    """One topic on one page of the form."""

    key: Key
    title: Label
    when: Expr | None = None
    note: Prose | None = None
    fields: Annotated[tuple[FieldSpec, ...], Field(min_length=1)]

    @cached_property
    def leaves(self) -> tuple[FieldSpec, ...]:
        """The fields of the page that carry an answer, in order."""
        return tuple(leaf for spec in self.fields for leaf in spec.leaves())


class Section(Part):
    """A part of the form, as it stands in the task list."""

    key: Key
    title: Label
    group: Label | None = None
    when: Expr | None = None
    note: Prose | None = None
    pages: Annotated[tuple[PageSpec, ...], Field(min_length=1)]

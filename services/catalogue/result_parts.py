"""The document a procedure ends with, as its file describes it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.catalogue.form_parts import Expr, FieldSpec, Key, Label, Part, Prose


class Cell(Part):
    """A label with its value, which is text with placeholders."""

    label: str = ""
    value: Prose
    when: Expr | None = None


class ResultRow(Part):
    """A printed line: a heading, or one or more cells beside each other."""

    heading: Prose | None = None
    cells: tuple[Cell, ...] = ()
    when: Expr | None = None


class Paragraph(Part):
    """A paragraph of the printed result, with placeholders."""

    text: Prose
    when: Expr | None = None
    style: Literal["plain", "article", "basis", "centre", "title"] = "plain"


class TitleBy(Part):
    """A title of the result chosen by an answer."""

    field: Key
    titles: dict[str, Label]


Notation = Annotated[str, Field(min_length=1, max_length=60)]


class NotationBy(Part):
    """How the number is written for some answers of a choice."""

    field: Key
    notations: dict[str, Notation]


class Numbering(Part):
    """The register that numbers the result, and how the number is written."""

    register_: str = Field(alias="register", pattern=r"^[a-z][a-z0-9_]{0,39}$")
    name: Label
    notation: Notation
    notation_by: NotationBy | None = None


class Signature(Part):
    """A signature beside the signer's."""

    label: Label
    name: str = ""


class ResultTable(Part):
    """A printed table with one line for each row of a repeating field."""

    of: Key
    columns: Annotated[tuple[Cell, ...], Field(min_length=1)]


class Rejection(Part):
    """The text of a written rejection."""

    title: Prose
    paragraphs: tuple[Paragraph, ...] = ()


class Result(Part):
    """The document the procedure ends with."""

    layout: Literal["certificate", "extract", "decision", "letter", "certification"]
    title: Label
    title_by: TitleBy | None = None
    subject: Prose | None = None
    to: Prose | None = None
    subtitle: Prose | None = None
    name: Label
    copies: Annotated[int, Field(ge=1, le=20)] = 1
    number: Numbering
    signer_label: Label | None = None
    signer_title: Literal["leader", "chairman", "office_head"] = "leader"
    signatures: tuple[Signature, ...] = ()
    entries: tuple[FieldSpec, ...] = ()
    rows: tuple[ResultRow, ...] = ()
    table: ResultTable | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    after: tuple[Paragraph, ...] = ()
    recipients: tuple[Prose, ...] = ()
    rejection: Rejection | None = None

"""What a layout file may say. Measures are millimetres, sizes of type points."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from documents.rendering.layouts.texts import BadText, read_text

SIDES = {"A4": (210, 297), "A5": (148, 210)}


def _readable(text: str) -> str:
    try:
        read_text(text)
    except BadText as bad:
        raise ValueError(str(bad)) from None
    return text


Text = Annotated[str, AfterValidator(_readable)]
Path = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)*$")]
Millimetres = Annotated[float, Field(gt=0, le=300)]
Align = Literal["left", "centre", "right"]


class Part(BaseModel):
    """A part of a layout: fixed once read, and nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(Part):
    """A part that may be left out: ``when`` names what must be there, ``unless`` what must not."""

    when: Path | None = None
    unless: Path | None = None


class Paper(Part):
    """The sheet; ``turned`` is landscape, ``margins`` go top, right, bottom, left."""

    size: Literal["A4", "A5"]
    turned: bool = False
    margins: tuple[
        Annotated[float, Field(ge=5, le=60)],
        Annotated[float, Field(ge=5, le=60)],
        Annotated[float, Field(ge=5, le=60)],
        Annotated[float, Field(ge=5, le=60)],
    ]

    @property
    def sides(self) -> tuple[int, int]:
        """Width and height."""
        short, long = SIDES[self.size]
        return (long, short) if self.turned else (short, long)

    @property
    def usable(self) -> float:
        """Width between the margins."""
        return self.sides[0] - self.margins[1] - self.margins[3]


class Basis(Part):
    """The legal text that a form follows, and how surely we know its wording.

    ``V`` read in the text itself, ``V2`` read elsewhere, ``M`` from memory, ``U`` not seen.
    """

    text: str
    certainty: Literal["V", "V2", "M", "U"]
    note: str = ""


class Head(Part):
    """The top of the first page.

    ``slip`` has the centre, the national name, the titles and the codes; ``decree`` is that of a
    Decree 30/2020 page with its number; ``plain`` has lines of its own left and right; ``none``
    leaves all to the blocks.
    """

    kind: Literal["slip", "decree", "plain", "none"]
    titles: tuple[str, ...] = ()
    number: Text = ""
    about: Text = ""
    subject: Text = ""
    under: tuple[Text, ...] = ()
    left: tuple[Text, ...] = ()
    right: tuple[Text, ...] = ()


class FieldRow(Shown):
    """One line with its label; ``strong`` is printed larger and bold."""

    label: str
    value: Text
    strong: bool = False


class Fields(Shown):
    """Lines with labels at the left."""

    kind: Literal["fields"]
    label_width: Millimetres = 37
    rows: Annotated[tuple[FieldRow, ...], Field(min_length=1)]


class Column(Part):
    """A column of a table; without ``width`` it takes what the others leave.

    Neighbours with the same ``group`` stand under one heading. ``counter`` numbers the rows.
    """

    title: str
    value: Text = ""
    width: Millimetres | None = None
    align: Align = "left"
    group: str = ""
    counter: bool = False


class TotalCell(Part):
    """A cell of the last row, over ``span`` columns."""

    text: Text
    span: Annotated[int, Field(ge=1, le=20)] = 1
    align: Align = "left"


class Table(Shown):
    """A table over a list of the content, the heading again on each page.

    ``signed`` puts a row with these labels, and room to sign, under each row. ``numbered`` is a
    row with the numbers of the columns below the heading.
    """

    kind: Literal["table"]
    rows: Path
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=20)]
    size: Annotated[float, Field(ge=6, le=14)] | None = None
    empty: Text = ""
    signed: tuple[Text, ...] = ()
    numbered: bool = False
    total: tuple[TotalCell, ...] = ()

    @model_validator(mode="after")
    def _check_total(self) -> Table:
        if self.total and sum(cell.span for cell in self.total) != len(self.columns):
            raise ValueError("các ô của dòng cộng phải phủ đúng số cột")
        return self


class Words(Shown):
    """A paragraph."""

    kind: Literal["text"]
    text: Text
    style: Literal["plain", "indent", "reason", "contact", "before", "centre", "note"] = "plain"


class Place(Part):
    """Where somebody signs."""

    label: str
    how: Text = "(Ký, ghi rõ họ tên)"
    name: Text = ""


class Signatures(Shown):
    """Places to sign side by side; ``check`` puts the verification code in the middle."""

    kind: Literal["signatures"]
    places: Annotated[tuple[Place, ...], Field(min_length=1, max_length=5)]
    room: Millimetres = 8
    check: bool = False


class Closing(Shown):
    """The end of a letter or slip: recipients or the verification code left, the signer right.

    Without ``place`` the signer is the ``signer`` of the content.
    """

    kind: Literal["closing"]
    recipients: bool = False
    place: Place | None = None


class Picture(Shown):
    """A QR code of the text under ``code`` with lines beside it."""

    kind: Literal["qr"]
    code: Path
    lines: tuple[Text, ...] = ()
    side: Millimetres = 28


class Cover(Shown):
    """The first page of a book."""

    kind: Literal["cover"]
    lines: tuple[Text, ...]


class Foot(Shown):
    """Small lines at the end, under a rule."""

    kind: Literal["foot"]
    text: Text


Block = Annotated[
    Fields | Table | Words | Signatures | Closing | Picture | Cover | Foot,
    Field(discriminator="kind"),
]


class Layout(Part):
    """One form as it is printed from ``valid_from`` on."""

    template: Annotated[str, Field(pattern=r"^[a-z_]{3,20}$")]
    valid_from: dt.date
    form: str
    title: str
    basis: Basis
    paper: Paper
    style: Literal["slip", "decree", "book", "receipt", "report"]
    text_size: Annotated[float, Field(ge=6, le=16)]
    copies: tuple[str, ...] = ()
    head: Head
    blocks: Annotated[tuple[Block, ...], Field(min_length=1)]

    @property
    def name(self) -> str:
        """What a document keeps of its layout: ``receipt_slip/2025-07-01``."""
        return f"{self.template}/{self.valid_from.isoformat()}"

    @model_validator(mode="after")
    def _check_widths(self) -> Layout:
        for number, block in enumerate(self.blocks):
            taken: Any = 0
            if isinstance(block, Table):
                taken = sum(column.width or 0 for column in block.columns)
            elif isinstance(block, Fields):
                taken = block.label_width
            if taken > self.paper.usable:
                raise ValueError(
                    f"blocks[{number}]: các cột rộng {taken:g} mm, trang chỉ có "
                    f"{self.paper.usable:g} mm"
                )
        return self

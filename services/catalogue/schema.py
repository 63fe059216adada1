"""What a procedure file may say: the shape of one published version of a procedure.

The models are frozen and complete in themselves: shared blocks and option lists have been
expanded by the loader, so that a version stored years ago reads the same today. Amounts are đồng,
hours are working hours (8 make a day), lengths are characters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from services.catalogue.expressions import Expression, parse
from services.catalogue.form_parts import (
    Channel,
    Expr,
    FieldSpec,
    Key,
    Label,
    Option,
    PageSpec,
    Part,
    Prose,
    Role,
    Section,
)
from services.catalogue.notice_texts import NoticeText
from services.catalogue.paper_parts import FromResult
from services.catalogue.result_parts import Paragraph, Result, ResultRow
from services.catalogue.timing_rules import Ladder, in_order

__all__ = [
    "Basis",
    "Fee",
    "FieldSpec",
    "Limit",
    "Option",
    "PageSpec",
    "Paper",
    "Paragraph",
    "Part",
    "ProcedureDefinition",
    "Result",
    "ResultRow",
    "Rule",
    "Section",
    "Step",
    "TimeLimit",
]


class Basis(Part):
    """A legal text the procedure rests on, with the days of its force."""

    title: Label
    from_: dt.date | None = Field(default=None, alias="from")
    to: dt.date | None = None


class Online(Part):
    """How far the procedure can be done online, with the published reason when partly.

    ``assurance`` is the level (loAs) at which an identity provider must vouch for whoever files
    online; 0 demands none. At the counter an official looks at the card instead.
    """

    level: Literal["full", "partial"]
    assurance: Annotated[int, Field(ge=0, le=4)] = 0
    reason: Prose | None = None
    owner_system: str | None = None


class Limit(Part):
    """A time limit: ``amount`` in the unit of ``kind``, and its rule in words."""

    kind: Literal["same_day", "working_hours", "working_days", "calendar_days"]
    amount: Annotated[int, Field(ge=1, le=400)] | None = None
    text: Prose

    @property
    def short(self) -> str:
        """The limit in two or three words, for lists; ``text`` has the whole rule."""
        if self.kind == "same_day":
            return "Trong ngày"
        units = {"working_hours": "giờ", "working_days": "ngày làm việc", "calendar_days": "ngày"}
        return f"{self.amount} {units[self.kind]}"


class TimeLimit(Limit):
    """The legal time limit, and the one of cases filed online where that differs."""

    online: Limit | None = None

    def of(self, channel: str) -> Limit:
        """The limit of a case that came in by a channel."""
        return self.online if self.online is not None and channel == "online" else self


class Extension(Part):
    """What verification may add to the time limit."""

    working_days: Annotated[int, Field(ge=1, le=100)]
    text: Prose


class Supplement(Part):
    """What asking for a supplement does to the clock."""

    clock: Literal["pause", "restart"] = "pause"
    answer_within_days: Annotated[int, Field(ge=1, le=365)] = 30
    once: bool = True


class Fee(Part):
    """One row of the fee table; expressions over the answers, amounts in đồng.

    ``cap`` is the most that one page, copy or row costs, before ``times``; ``collected`` says at
    which moment the national portal reports the fee as collected.
    """

    key: Key
    name: Label
    amount: Expr
    cap: Expr | None = None
    times: Expr | None = None
    collected: Literal["receipt", "supplement", "return"] = "receipt"
    when: Expr | None = None
    each: Key | None = None
    channel: Channel | None = None
    from_: dt.date | None = Field(default=None, alias="from")
    to: dt.date | None = None
    note: Prose | None = None


class Paper(Part):
    """A paper the citizen brings or uploads (thành phần hồ sơ).

    Papers of one ``shared`` name are the same paper in whichever procedure asks for it. A
    ``single_use`` paper was written for one matter and is never offered for another.
    """

    key: Key
    name: Prose
    kind: Literal["original", "copy", "certified", "electronic", "show"]
    copies: Annotated[int, Field(ge=1, le=20)] = 1
    when: Expr | None = None
    required: bool = True
    hint: Prose | None = None
    no_demand: bool = False
    accept: tuple[Literal["pdf", "jpeg", "png"], ...] = ("pdf", "jpeg", "png")
    max_mb: Annotated[int, Field(ge=1, le=100)] = 20
    channel: Channel | None = None
    note: Prose | None = None
    shared: Key | None = None
    single_use: bool = False
    from_results: tuple[FromResult, ...] = ()


class ApplicantMap(Part):
    """Which answers say who the applicant is; ``address`` may be the prefix of a residence."""

    name: Key
    national_id: Key | None = None
    birth_date: Key | None = None
    phone: Key | None = None
    email: Key | None = None
    address: Key | None = None


class SubjectMap(Part):
    """Which answer names the person or thing the case is about; ``or`` where that is empty."""

    name: Key
    or_: Key | None = Field(default=None, alias="or")


class Rule(Part):
    """A check across fields; a warning is shown and never blocks.

    With ``each`` it is made in every row of that repeating field, and ``field`` is a column.
    """

    check: Expr
    when: Expr | None = None
    each: Key | None = None
    field: Key
    message: Prose
    severity: Literal["error", "warning"] = "error"


class Step(Part):
    """One step of the work in the commune; ``hours`` are working hours."""

    key: Key
    name: Label
    role: Role
    kind: Literal["intake", "work", "decide", "finish"]
    hours: Annotated[float, Field(ge=0, le=2000)]
    note: Prose | None = None


class Reasons(Part):
    """Ready sentences for supplement requests, refusals and rejections."""

    supplement: tuple[Prose, ...] = ()
    refuse: tuple[Prose, ...] = ()
    reject: tuple[Prose, ...] = ()


class Retention(Part):
    """How long the case file is kept (``years`` when it is not permanent)."""

    class_: str = Field(alias="class")
    years: Annotated[int, Field(ge=1, le=100)] | None = None
    mark: str | None = None
    note: Prose | None = None


def _check_ladder(ladder: Ladder) -> Ladder:
    if not in_order(ladder):
        raise ValueError("warnings go up: handler, head, leader, none told earlier than the last")
    return ladder


class ProcedureDefinition(Part):
    """One version of a procedure, complete: form, papers, fees, steps, result."""

    code: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    version: Annotated[int, Field(ge=1, le=9999)]
    valid_from: dt.date
    valid_to: dt.date | None = None
    name: Label
    short_name: Annotated[str, Field(min_length=1, max_length=60)]
    group: Literal["family", "death", "papers", "business", "support"]
    field: Label
    keywords: tuple[Label, ...] = ()
    summary: Prose
    who: Prose
    agency: Prose
    prepare: tuple[Prose, ...] = ()
    online: Online
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]
    time_limit: TimeLimit
    extension: Extension | None = None
    warnings: Annotated[Ladder, AfterValidator(_check_ladder)] | None = None
    supplement: Supplement = Supplement()
    fees: tuple[Fee, ...] = ()
    fee_text: Prose
    fee_exempt: tuple[Prose, ...] = ()
    define: dict[Key, Expr] = {}
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    papers: tuple[Paper, ...] = ()
    applicant: ApplicantMap
    subject: SubjectMap
    rules: tuple[Rule, ...] = ()
    declaration: Prose
    steps: Annotated[tuple[Step, ...], Field(min_length=3)]
    reasons: Reasons = Reasons()
    notices: dict[str, NoticeText] = {}
    retention: Retention
    result: Result

    @cached_property
    def pages(self) -> tuple[PageSpec, ...]:
        """All pages of the form, in order."""
        return tuple(page for section in self.sections for page in section.pages)

    @cached_property
    def fields(self) -> dict[str, FieldSpec]:
        """Every field that carries an answer, by key."""
        return {leaf.key: leaf for page in self.pages for leaf in page.leaves}

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """The section of a page, by the page's key."""
        return {page.key: section for section in self.sections for page in section.pages}

    @cached_property
    def page_of(self) -> dict[str, PageSpec]:
        """The page a field stands on, by the field's key."""
        return {leaf.key: page for page in self.pages for leaf in page.leaves}

    @cached_property
    def page_numbers(self) -> dict[str, int]:
        """The number of the page a field stands on, counted from 0, by the field's key."""
        return {leaf.key: i for i, page in enumerate(self.pages) for leaf in page.leaves}

    @cached_property
    def defined(self) -> dict[str, Expression]:
        """The named expressions, parsed."""
        return {name: parse(text) for name, text in self.define.items()}

    @cached_property
    def conditions(self) -> dict[str, tuple[Expression, ...]]:
        """What must all hold for a field to be asked, by the field's key."""
        return dict(_conditions(self))

    def page(self, key: str) -> PageSpec | None:
        """The page with this key, or ``None``."""
        return next((page for page in self.pages if page.key == key), None)

    @cached_property
    def entry_fields(self) -> dict[str, FieldSpec]:
        """The fields that the specialist fills for the result, by key."""
        return {leaf.key: leaf for spec in self.result.entries for leaf in spec.leaves()}

    def to_json(self) -> dict[str, Any]:
        """The stored form: plain JSON without the values that are defaults."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _conditions(
    definition: ProcedureDefinition,
) -> Iterator[tuple[str, tuple[Expression, ...]]]:
    def walk(
        spec: FieldSpec, outer: tuple[Expression, ...]
    ) -> Iterator[tuple[str, tuple[Expression, ...]]]:
        own = outer + ((parse(spec.when),) if spec.when else ())
        if spec.type == "group":
            for inner in spec.fields:
                yield from walk(inner, own)
        else:
            yield spec.key, own

    for section in definition.sections:
        for page in section.pages:
            outer = tuple(parse(text) for text in (section.when, page.when) if text)
            for spec in page.fields:
                yield from walk(spec, outer)

"""What a case costs: the procedure's dated fees, as the province's council changed them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from services.catalogue.answers import Answers, AnswerScope
from services.catalogue.expressions import Names, parse
from services.catalogue.fee_registry import fee_table
from services.catalogue.fee_tables import FeeTable, Relief, is_in_force
from services.catalogue.schema import Fee, ProcedureDefinition

# When a fee is collected, in the codes of the national portal.
COLLECTED = {"receipt": 1, "supplement": 2, "return": 4}


@dataclass(frozen=True)
class FeeLine:
    """One amount due, in đồng, with how it came about.

    ``full_amount`` is the rate before ``ground`` (an exemption or reduction) made it less.
    """

    name: str
    amount: int
    note: str = ""
    key: str = ""
    full_amount: int = 0
    ground: str = ""
    collected: int = COLLECTED["receipt"]


@dataclass(frozen=True)
class FeeTerms:
    """What a citizen is told about a procedure's fees before filing."""

    text: str
    # The council's resolution; empty where the national rates hold.
    resolution: str
    # Given by itself when the answers say so, and granted at the counter.
    by_answers: tuple[Relief, ...]
    at_counter: tuple[str, ...]


def fee_lines(
    definition: ProcedureDefinition,
    answers: Answers,
    channel: str = "online",
    on: dt.date | None = None,
    filed_on: dt.date | None = None,
    province: str = "",
) -> list[FeeLine]:
    """The fees of a case; rows in force on ``on`` (the filing day when not given).

    ``province`` is the code of the province whose council's table goes before the national rates.
    What costs nothing is left out; what an exemption takes away stays, with its ground.
    """
    today = timezone.localdate()
    day = on or filed_on or today
    scope = AnswerScope(definition, answers, today=today, filed_on=filed_on, channel=channel)
    table = fee_table(province, day) if province else None
    lines = []
    for fee in table.rates(definition) if table else definition.fees:
        if fee.channel not in (None, channel) or not is_in_force(fee, day):
            continue
        scopes: Iterable[Names] = scope.rows(fee.each) if fee.each else [scope]
        full = sum(_amount(fee, one) for one in scopes)
        if full > 0:
            relief = _best_relief(table, definition.code, fee.key, channel, day, scope)
            lines.append(_line(fee, full, relief))
    return lines


def fee_terms(definition: ProcedureDefinition, province: str) -> FeeTerms:
    """What holds today for a procedure in a province, in words."""
    day = timezone.localdate()
    table = fee_table(province, day)
    reliefs = [
        relief
        for relief in (table.reliefs if table else ())
        if definition.code in relief.procedures and is_in_force(relief, day)
    ]
    rows = {row.procedure for row in table.rows} if table else set()
    concerned = table is not None and (bool(reliefs) or definition.code in rows | set(table.texts))
    grounds = [relief.ground for relief in reliefs if _is_granted(relief)]
    return FeeTerms(
        text=(table.texts.get(definition.code) if table else None) or definition.fee_text,
        resolution=table.resolution if table and concerned else "",
        by_answers=tuple(relief for relief in reliefs if not _is_granted(relief)),
        at_counter=tuple(dict.fromkeys([*grounds, *definition.fee_exempt])),
    )


def _is_granted(relief: Relief) -> bool:
    """Whether somebody must look at a proof before the relief is given."""
    return relief.when is None and relief.channel is None


def _line(fee: Fee, full: int, relief: Relief | None) -> FeeLine:
    return FeeLine(
        name=fee.name,
        amount=full * (100 - relief.percent) // 100 if relief else full,
        note=fee.note or "",
        key=fee.key,
        full_amount=full,
        ground=relief.ground if relief else "",
        collected=COLLECTED[fee.collected],
    )


def _best_relief(
    table: FeeTable | None, code: str, key: str, channel: str, day: dt.date, scope: AnswerScope
) -> Relief | None:
    """The relief that takes most away among those that the answers and the channel give."""
    given = [
        relief
        for relief in (table.reliefs if table else ())
        if not _is_granted(relief)
        and relief.fits(code, key, channel, day)
        and scope.holds(relief.when)
    ]
    return max(given, key=lambda relief: relief.percent, default=None)


def _amount(fee: Fee, names: Names) -> int:
    if fee.when is not None and not parse(fee.when).holds(names):
        return 0
    amount = parse(fee.amount).value(names)
    most = parse(fee.cap).value(names) if fee.cap else None
    times = parse(fee.times).value(names) if fee.times else 1
    if not isinstance(amount, int) or not isinstance(times, int):
        return 0
    return max(0, (min(amount, most) if isinstance(most, int) else amount) * times)

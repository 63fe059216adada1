"""What a case costs, by the procedure's dated fee table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from services.catalogue.answers import Answers, AnswerScope
from services.catalogue.expressions import Names, parse
from services.catalogue.schema import Fee, ProcedureDefinition


@dataclass(frozen=True)
class FeeLine:
    """One amount due, in đồng, with how it came about."""

    name: str
    amount: int
    note: str = ""


def fee_lines(
    definition: ProcedureDefinition,
    answers: Answers,
    channel: str = "online",
    on: dt.date | None = None,
    filed_on: dt.date | None = None,
) -> list[FeeLine]:
    """The fees due; rows in force on ``on`` (the filing day when not given), zero ones left out."""
    today = timezone.localdate()
    day = on or filed_on or today
    scope = AnswerScope(definition, answers, today=today, filed_on=filed_on, channel=channel)
    lines = []
    for fee in definition.fees:
        if fee.channel not in (None, channel) or not _in_force(fee, day):
            continue
        scopes: Iterable[Names] = scope.rows(fee.each) if fee.each else [scope]
        amount = sum(_amount(fee, one) for one in scopes)
        if amount > 0:
            lines.append(FeeLine(fee.name, amount, fee.note or ""))
    return lines


def _in_force(fee: Fee, day: dt.date) -> bool:
    return (fee.from_ is None or fee.from_ <= day) and (fee.to is None or day <= fee.to)


def _amount(fee: Fee, names: Names) -> int:
    if fee.when is not None and not parse(fee.when).holds(names):
        return 0
    amount = parse(fee.amount).value(names)
    times = parse(fee.times).value(names) if fee.times else 1
    if not isinstance(amount, int) or not isinstance(times, int):
        return 0
    return max(0, amount * times)

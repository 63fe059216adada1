"""What the papers about money say: plain data, frozen when the paper is issued."""

from __future__ import annotations

from collections.abc import Iterable

from services.payments.models import Charge, Collect


def money_text(amount: int) -> str:
    """An amount as papers print it: ``8.000 đồng``."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def fee_text(charges: Iterable[Charge]) -> str:
    """What a slip says about a case's fees: each with its exemption, and when they are collected.

    >>> fee_text([])
    'Không thu'
    """
    charges = [one for one in charges if one.state != Charge.State.CANCELLED]
    if not charges:
        return "Không thu"
    parts = []
    for one in charges:
        amount = money_text(one.amount) if one.amount else "miễn"
        parts.append(f"{one.name}: {amount}" + (f" ({one.ground})" if one.ground else ""))
    due = {one.collected for one in charges if one.amount}
    when = ", ".join(str(Collect(code).label) for code in sorted(due))
    return "; ".join(parts) + (f"; thu {when}" if when else "")

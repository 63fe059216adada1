"""Procedures and communes as they stand in lists: a name, and a line of what matters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.catalogue.schema import ProcedureDefinition

GROUPS: dict[str, str | Promise] = {
    "family": gettext_lazy("Sinh con, gia đình"),
    "death": gettext_lazy("Người thân qua đời"),
    "papers": gettext_lazy("Giấy tờ, bản sao"),
    "business": gettext_lazy("Làm ăn"),
    "support": gettext_lazy("Trợ cấp"),
}
# What stands before the first mark is the rule; the rest is for the procedure's own page. A mark
# inside a number ("2.000") is none.
_REST = re.compile(r"\s*(?:[;(]|[.,]\s).*", re.DOTALL)


@dataclass(frozen=True)
class Listed:
    """A procedure in a list; ``facts`` is its time limit, its price, a visit if it needs one."""

    code: str
    title: str
    facts: str


@dataclass(frozen=True)
class Group:
    """Procedures of one event of life."""

    key: str
    title: str
    procedures: list[Listed]


def listed(procedure: ProcedureDefinition) -> Listed:
    """The procedure as a row of a list."""
    facts = [procedure.time_limit.short, _brief(procedure.fee_text)]
    if procedure.online.level != "full":
        facts.append(_("cần đến xã một lần"))
    return Listed(procedure.code, procedure.short_name, " · ".join(facts))


def grouped(procedures: Iterable[ProcedureDefinition]) -> list[Group]:
    """Procedures under the headings of life events, in the order of the headings."""
    members: dict[str, list[Listed]] = {}
    for procedure in procedures:
        members.setdefault(procedure.group, []).append(listed(procedure))
    return [Group(key, str(title), members[key]) for key, title in GROUPS.items() if key in members]


def _brief(price: str) -> str:
    """The first clause of a price; "Miễn phí" follows a dot in lower case."""
    text = _REST.sub("", price)
    return text[:1].lower() + text[1:]

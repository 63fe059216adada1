"""The lines of the work list, printed in Python.

A hundred lines through the template engine cost as much as the rest of the page together; the
page is opened all day long by everybody at the desk.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from services.cases.calendar_moves import RUNNING
from services.cases.due import due_of
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.states import Channel

ICONS = {"late": "late", "soon": "half", "now": "clock", "done": "check", "plain": "ring"}
# The due time's tag is that of templates/components/tag.html.
DUE = (
    '<td class="due"><span class="tag tag--{state} tag--fix"><svg class="i" aria-hidden="true">'
    '<use href="{icon}"/></svg>{relative}</span> <span class="quiet abs">{absolute}</span></td>'
)
# What is sent says how the case stood when it was ticked.
TICK = (
    '<td class="pick"><input type="checkbox" name="chon" value="{code}|{seen}"'
    ' aria-label="{pick} {short}"{checked}></td>'
)
CODE = (
    '<td class="c-code nowrap"><a href="ho-so/{code}/">{short}</a></td>'
    '<td class="c-name">{name}</td>'
)
# One line; what does not fit is whole in its tip.
CUT = '<td class="one c-{column}" title="{text}">{text}</td>'
NOBODY = '<td class="one c-who quiet">{text}</td>'


def list_rows(
    cases: Iterable[Case], at: datetime.datetime, *, ticks: bool = False, ticked: bool = False
) -> list[SafeString]:
    """One table row for each case, as it stands at that local time; with a box to tick or not."""
    printer = _Printer(at, ticks, ticked)
    return [printer.row(case) for case in cases]


class _Printer:
    """Prints what many lines share (due times, procedures, steps, people) once."""

    def __init__(self, at: datetime.datetime, ticks: bool, ticked: bool) -> None:
        self.at, self.ticks = at, ticks
        self.checked = SafeString(" checked" if ticked else "")
        self.pick = _("Chọn hồ sơ")
        tick = TICK if ticks else ""
        self.pattern = f"{{opening}}{tick}{{due}}{CODE}{{procedure}}{{step}}{{channel}}{{who}}</tr>"
        self.icons = static("img/icons.svg")
        self.channels = {value: str(label) for value, label in Channel.choices}
        self.nobody = format_html(NOBODY, text=_("chưa ai nhận"))
        self.cut_cells: dict[tuple[str, str], SafeString] = {}
        self.due_cells: dict[tuple[object, ...], tuple[SafeString, SafeString]] = {}

    def row(self, case: Case) -> SafeString:
        """One case's row."""
        opening, due = self._due(case)
        # The agency is the same in all codes.
        short = case.code.partition("-")[2]
        return format_html(
            self.pattern,
            opening=opening,
            due=due,
            code=case.code,
            short=short,
            name=case.applicant_name,
            seen=seen_token(case) if self.ticks else "",
            pick=self.pick,
            checked=self.checked,
            procedure=self._cut("procedure", case.procedure_name),
            step=self._cut("step", case.step_name),
            channel=self._cut("channel", self.channels[case.channel]),
            who=self._cut("who", case.handler_name) if case.handler_name else self.nobody,
        )

    def _cut(self, column: str, text: str) -> SafeString:
        cell = self.cut_cells.get((column, text))
        if cell is None:
            cell = format_html(CUT, column=column, text=text)
            self.cut_cells[column, text] = cell
        return cell

    def _due(self, case: Case) -> tuple[SafeString, SafeString]:
        key = (case.status, case.due_at or case.filed_at, case.supplement_by, case.warned)
        if key not in self.due_cells:
            due = due_of(case, self.at)
            cell = format_html(
                DUE,
                state=due.state,
                icon=f"{self.icons}#{ICONS[due.state]}",
                relative=due.relative,
                absolute=due.absolute + _warned(case),
            )
            opening = SafeString('<tr class="is-late">' if due.state == "late" else "<tr>")
            self.due_cells[key] = opening, cell
        return self.due_cells[key]


def _warned(case: Case) -> str:
    """How often people were told for the present step that time runs out."""
    if not case.warned or case.state not in RUNNING:
        return ""
    return _(" · đã nhắc %(n)d lần") % {"n": case.warned}

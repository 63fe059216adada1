"""What happens to the cases of an official who leaves, and what there is to work on at all."""

from __future__ import annotations

from django.db.models import QuerySet

from services.cases.authority import grant_for
from services.cases.lifecycle import note_on_case
from services.cases.models import Case
from services.cases.states import CLOSED
from services.catalogue.registry import current_procedures, field_key
from tenants.history.events import Actor
from tenants.organisation.models import Official
from tenants.organisation.work import Field, HandedOver


class CaseWork:
    """Officials' work, as the organisation's pages ask about it (``organisation.work.Work``)."""

    def fields(self) -> list[Field]:
        """The fields of today's procedures, by name."""
        by_field: dict[str, list[tuple[str, str]]] = {}
        for definition in current_procedures():
            one = (definition.code, definition.short_name)
            by_field.setdefault(definition.field, []).append(one)
        return [Field(field_key(name), name, tuple(by_field[name])) for name in sorted(by_field)]

    def held_by(self, official: Official) -> int:
        """How many open cases the official has in hand."""
        return _held(official).count()

    def hand_over(self, *, of: Official, to: Official | None, by: Official) -> HandedOver:
        """Give each open case to ``to`` where they may do its step, else back to the step."""
        taken = returned = 0
        # All locks first: the first event locks the chain's head, after which no case may be.
        for case in list(_held(of).select_for_update(of=("self",)).order_by("pk")):
            able = to if to is not None and grant_for(case, to, case.step_role) else None
            note_on_case(
                case,
                verb="reassign",
                by=Actor.official(by),
                details={"from": of.name, "to": able.name if able else ""},
                handler_id=able.pk if able else None,
                handler_name=able.name if able else "",
            )
            taken, returned = taken + (able is not None), returned + (able is None)
        return HandedOver(taken, returned)


def _held(official: Official) -> QuerySet[Case]:
    return Case.objects.filter(handler_id=official.pk).exclude(status__in=CLOSED)

"""The table of states and arcs, and that nothing but it moves a case."""

from __future__ import annotations

import pytest

from services.cases.errors import CaseError
from services.cases.lifecycle import lock_case, move_case
from services.cases.models import Case
from services.cases.states import ALLOWED_MOVES, CaseStatus
from tenants.communes.current import CommuneInfo
from tenants.history.events import Actor, events_of
from tests.factories import make_case


def test_the_table_of_moves_covers_every_state_and_ends_in_three() -> None:
    assert set(ALLOWED_MOVES) == set(CaseStatus)
    ends = {state for state, following in ALLOWED_MOVES.items() if not following}
    assert ends == {CaseStatus.REFUSED, CaseStatus.STOPPED, CaseStatus.RETURNED}


def test_every_state_can_be_reached_from_filing_and_led_to_an_end() -> None:
    def reached(start: CaseStatus) -> set[CaseStatus]:
        found, new = {start}, {start}
        while new:
            new = {after for state in new for after in ALLOWED_MOVES[state]} - found
            found |= new
        return found

    assert reached(CaseStatus.REGISTERED) == set(CaseStatus)
    for state in CaseStatus:
        assert any(not ALLOWED_MOVES[end] for end in reached(state))


@pytest.mark.parametrize("to", list(CaseStatus))
def test_only_an_arc_of_the_table_moves_a_case(in_ba_dinh: CommuneInfo, to: CaseStatus) -> None:
    case = lock_case(make_case().pk)
    before = events_of(case.pk).count()
    if to in (CaseStatus.RECEIVED, CaseStatus.RETURNED, CaseStatus.RESULT_READY):
        return  # the database asks for their dates; test_whole_lifecycle walks these
    if to in ALLOWED_MOVES[CaseStatus.REGISTERED]:
        move_case(case, to, verb="try", by=Actor.system())
        assert events_of(case.pk).count() == before + 1
        return
    with pytest.raises(CaseError, match="Mới đăng ký"):
        move_case(case, to, verb="try", by=Actor.system())
    assert Case.objects.get(pk=case.pk).state == CaseStatus.REGISTERED
    assert events_of(case.pk).count() == before

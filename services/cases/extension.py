"""More time for a case: proposed with reason and a new day, signed by the leader (form 04).

The applicant gets a letter that apologises and names the new due time. A case is extended once at
most. The first appointment stays on record beside the present one. Rules: domain facts, section 2.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.registers.issuing import issue_document
from documents.registers.models import Document
from services.cases.authority import check_signing
from services.cases.clock import commune_calendar, extend_clock
from services.cases.contents import extension_letter_content
from services.cases.deadlines import MINUTES_PER_DAY
from services.cases.errors import CaseError, DecisionMade, MoveNotAllowed, NothingProposed
from services.cases.intake import definition_of
from services.cases.lifecycle import lock_case, note_on_case, now
from services.cases.models import Case
from services.cases.proposals import propose, proposed_on
from services.cases.states import CaseStatus, Proposal
from services.catalogue.schema import ProcedureDefinition
from services.catalogue.timing_rules import PREPARED_BEFORE, rule_on
from tenants.history.events import events_of
from tenants.organisation.models import Official, get_letterhead
from tenants.organisation.powers import actor_of, signatory

EXTENDED_IN = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS)
NOTATION = "{seq}/UBND"
# Nobody is promised a day further away than the longest time limit there is.
FURTHEST = datetime.timedelta(days=400)


class ExtendedAlready(CaseError):
    """A new appointment is made once."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _(
                "Hồ sơ %(code)s đã gia hạn một lần nên không hẹn lại nữa. Hãy giải quyết xong "
                "càng sớm càng tốt và báo lãnh đạo nếu còn vướng."
            )
            % {"code": case.code}
        )


class NotALaterDay(CaseError):
    """The new day is not a working day after the present due time and after today."""

    def __init__(self, due: datetime.datetime) -> None:
        super().__init__(
            _(
                "Ngày hẹn mới phải là ngày làm việc, sau hôm nay và sau hẹn hiện tại "
                "(%(due)s), không quá 400 ngày."
            )
            % {"due": f"{timezone.localtime(due):%H:%M %d/%m/%Y}"}
        )


@dataclass(frozen=True)
class Letter:
    """What form 04 says of a proposal, in local time."""

    reason: str
    old_due: datetime.datetime
    new_due: datetime.datetime


@dataclass(frozen=True)
class Timeliness:
    """How a proposal made now stands against the time by which the letter has to be ready."""

    ready_by: datetime.datetime
    late: bool
    overdue: bool
    text: str


def may_extend(case: Case) -> bool:
    """Whether more time could still be asked for."""
    return (
        case.state in EXTENDED_IN
        and case.extended_at is None
        and case.decided_at is None
        and not case.proposal
    )


def usual_new_day(case: Case, definition: ProcedureDefinition) -> datetime.date:
    """The day that the procedure's extension leads to; a working day more where it has none."""
    if case.due_at is None:
        raise ValueError("A case that was not accepted has no due time to extend.")
    days = definition.extension.working_days if definition.extension else 1
    # A case that is late already gets its new time from today.
    begin = max(timezone.localtime(case.due_at), now())
    return commune_calendar().add_working_minutes(begin, days * MINUTES_PER_DAY).date()


def timeliness_of(case: Case, at: datetime.datetime) -> Timeliness:
    """Until when the letter has to be ready for a case, and whether it still can be at ``at``.

    Lateness forbids nothing: an applicant is better told late than not at all.
    """
    if case.due_at is None:
        raise ValueError("A case that was not accepted has no due time to extend.")
    days = rule_on(at.date(), PREPARED_BEFORE)
    due = timezone.localtime(case.due_at)
    ready_by = due - datetime.timedelta(days=days)
    words = {"due": f"{due:%H:%M %d/%m/%Y}", "by": f"{ready_by:%H:%M %d/%m/%Y}"}
    if at > due:
        text = _(
            "Hồ sơ đã quá hẹn %(due)s. Vẫn gia hạn và xin lỗi được, nhưng văn bản là muộn so với "
            "quy định; hồ sơ vẫn tính là đã quá hẹn lần đầu."
        )
    elif at > ready_by:
        text = _(
            "Văn bản xin lỗi lẽ ra phải xong trước %(by)s; nay vẫn gửi được, và gửi càng sớm "
            "càng tốt."
        )
    else:
        text = _("Hẹn hiện tại %(due)s; văn bản xin lỗi phải ký xong trước %(by)s.")
    return Timeliness(ready_by, at > ready_by, at > due, text % words)


@transaction.atomic
def propose_extension(
    *, case: Case, official: Official, reason: str, new_day: datetime.date, seen: str = ""
) -> Case:
    """Lay before the leader that the case needs time until the end of a working day.

    Raises ``ExtendedAlready``, ``NotALaterDay``, and what ``proposals.propose`` raises.
    """
    case = lock_case(case.pk, seen=seen)
    due = _check_extendable(case)
    _closing_of(new_day, due)
    return propose(
        case=case,
        official=official,
        kind=Proposal.EXTENSION,
        reason=reason,
        details={"new_day": new_day.isoformat()},
        seen=seen,
    )


@transaction.atomic
def extend_case(*, case: Case, official: Official, seen: str = "") -> Case:
    """The leader signs the proposed extension: the letter is issued and the due time moves.

    Raises ``MayNotSign``, ``NothingProposed``, ``NotALaterDay`` when the proposed day has gone by
    or is no longer worked, or ``MoveNotAllowed`` while the applicant is waited for.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_signing(case, official)
    letter = proposed_letter(case)
    signer = signatory(official, grant)
    document = issue_document(
        kind=Document.Kind.EXTENSION_LETTER,
        template="extension_letter",
        title="Văn bản xin lỗi và đề nghị gia hạn",
        content=extension_letter_content(
            case,
            definition_of(case),
            get_letterhead(),
            signer,
            reason=letter.reason,
            old_due=letter.old_due,
            new_due=letter.new_due,
        ),
        register="outgoing",
        notation_pattern=NOTATION,
        case_id=case.pk,
        case_code=case.code,
        signer=signer,
    )
    clock = extend_clock(case, letter.new_due, now())
    return note_on_case(
        case,
        verb="extend",
        by=actor_of(official, grant),
        details={
            "reason": letter.reason,
            "notation": document.notation,
            "until": f"{letter.new_due:%H:%M %d/%m/%Y}",
            **clock.details,
        },
        proposal="",
        **clock.columns,
    )


def proposed_letter(case: Case) -> Letter:
    """What the letter would say that was proposed. Raises as ``extend_case`` does."""
    due = _check_extendable(case)
    proposed = proposed_on(case, events_of(case.pk))
    if proposed is None or proposed.kind != Proposal.EXTENSION:
        raise NothingProposed(case)
    new_day = datetime.date.fromisoformat(proposed.details["new_day"])
    return Letter(proposed.reason, due, _closing_of(new_day, due))


def _check_extendable(case: Case) -> datetime.datetime:
    if case.extended_at is not None:
        raise ExtendedAlready(case)
    if case.decided_at is not None:
        raise DecisionMade(case)
    if case.state not in EXTENDED_IN or case.due_at is None:
        raise MoveNotAllowed(case)
    return timezone.localtime(case.due_at)


def _closing_of(day: datetime.date, due: datetime.datetime) -> datetime.datetime:
    calendar, today = commune_calendar(), timezone.localdate()
    if not today < day <= max(due.date(), today) + FURTHEST or not calendar.is_working_day(day):
        raise NotALaterDay(due)
    new_due = calendar.closing(day)
    if new_due <= due:
        raise NotALaterDay(due)
    return new_due

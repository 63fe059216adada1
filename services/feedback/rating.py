"""Rating how a case was handled, after its result was given."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Avg, Count, Q
from django.utils import timezone

from services.cases.models import Case
from services.cases.states import CaseStatus
from services.feedback.errors import NotFinished, RatingClosed
from services.feedback.models import SATISFIED, Rating
from tenants.history.events import Actor, record_event

# Long enough to have used the result, short enough to remember the service.
OPEN_DAYS = 30
COMMENT_LENGTH = 1000


@dataclass(frozen=True)
class Summary:
    """The ratings of a stretch of days; ``share`` is the satisfied ones in percent."""

    ratings: int
    satisfied: int
    average: float

    @property
    def share(self) -> int:
        """Percent of ratings that are 4 or 5; 0 without any."""
        return round(100 * self.satisfied / self.ratings) if self.ratings else 0


def may_rate(case: Case) -> bool:
    """Whether the applicant may rate the case now, or change the rating."""
    return (
        case.state == CaseStatus.RETURNED
        and case.returned_at is not None
        and timezone.now() <= case.returned_at + datetime.timedelta(days=OPEN_DAYS)
    )


def rating_of(case: Case) -> Rating | None:
    """What was said of a case, if anything."""
    return Rating.objects.filter(pk=case.pk).first()


@transaction.atomic
def rate_case(*, case: Case, score: int, comment: str, by: Actor) -> Rating:
    """Keep what the applicant says; a second time replaces the first.

    Raises ``NotFinished`` before the result was given, ``RatingClosed`` long after.
    """
    if case.state != CaseStatus.RETURNED:
        raise NotFinished
    if not may_rate(case):
        raise RatingClosed(OPEN_DAYS)
    rating, _created = Rating.objects.update_or_create(
        pk=case.pk,
        defaults={
            "case_code": case.code,
            "procedure_name": case.procedure_name,
            "score": score,
            "comment": {"text": comment.strip()} if comment.strip() else None,
            "rated_at": timezone.now(),
        },
    )
    record_event(verb="rate", subject_id=case.pk, actor=by, details={"score": score})
    return rating


def summary_since(day: datetime.date) -> Summary:
    """The ratings given since a day (local), counted in one statement."""
    since = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    found = Rating.objects.filter(rated_at__gte=since).aggregate(
        n=Count("pk"), satisfied=Count("pk", filter=Q(score__in=SATISFIED)), average=Avg("score")
    )
    return Summary(found["n"], found["satisfied"], float(found["average"] or 0))

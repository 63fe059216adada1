"""A batch of communes under way, in the words of its page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Now
from django.utils import timezone

from tenants.console.numbers import duration, grouped, local_minute
from tenants.fleet.batches import BatchPlan, Progress
from tenants.fleet.models import OnboardingItem
from tenants.jobs.models import FLEET_QUEUE, Job

# What one took with the job around it on two cores, and some more: better done early than late.
SECONDS_EACH = 0.1
# A runner that lives takes the next job within milliseconds; nothing takes this long by itself.
STALLED_AFTER = timedelta(seconds=10)
COMMAND = "python manage.py run_fleet_jobs"


@dataclass(frozen=True)
class Failure:
    """A reason for which communes could not be onboarded."""

    reason: str
    communes: list[str]


def planned_seconds(plan: BatchPlan) -> float:
    """Return about how long a batch takes, in seconds."""
    return len(plan.new) * SECONDS_EACH


def batch_context(progress: Progress) -> dict[str, Any]:
    """Return what the page of a batch and its refreshed part show."""
    passed = progress.finished_count
    left = progress.seconds_left
    return {
        "batch": progress,
        "ended": not progress.waiting,
        "total": grouped(progress.total),
        "passed": grouped(passed),
        "percent": passed * 100 // progress.total if progress.total else 100,
        "per_minute": grouped(round(progress.waiting / left * 60)) if left else "",
        "left": duration(left) if left else "",
        "counts": {
            "done": grouped(progress.done),
            "present": grouped(progress.present),
            "waiting": grouped(progress.waiting),
            "failed": grouped(progress.failed),
        },
        "began": local_minute(progress.began),
        "finished": local_minute(progress.finished),
        "lasted": _lasted(progress),
        "failures": _failures(progress),
        "stalled": progress.waiting > 0 and is_stalled(timezone.now()),
        "command": COMMAND,
    }


def is_stalled(now: datetime) -> bool:
    """Whether due jobs of the fleet wait and no runner seems to be there to take them."""
    jobs = Job.objects.filter(
        queue=FLEET_QUEUE, state__in=(Job.State.QUEUED, Job.State.RUNNING)
    ).aggregate(
        due_since=Min("not_before", filter=Q(state=Job.State.QUEUED)),
        # A runner that was killed leaves its job behind, with a lease that runs out.
        running=Count("pk", filter=Q(state=Job.State.RUNNING, lease_until__gt=Now())),
    )
    due_since = jobs["due_since"]
    if due_since is None or jobs["running"]:
        return False
    moved = OnboardingItem.objects.aggregate(at=Max("finished_at"))["at"]
    return bool(now - max(due_since, moved or due_since) > STALLED_AFTER)


def _lasted(progress: Progress) -> str:
    if progress.finished is None:
        return ""
    return duration((progress.finished - progress.began).total_seconds())


def _failures(progress: Progress) -> list[Failure]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for commune, reason in progress.failures:
        by_reason[reason].append(commune.name)
    return [Failure(reason, communes) for reason, communes in by_reason.items()]

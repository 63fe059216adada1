"""What several of the operator's pages show: jobs that were given up, and the operators' log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from tenants.communes.official_list import official_communes
from tenants.console.numbers import local_minute
from tenants.console.task_names import task_name
from tenants.fleet.models import OperatorAct
from tenants.jobs.models import CENTRE, Job


@dataclass(frozen=True)
class FailedJob:
    """A given-up job as the pages show it."""

    id: UUID
    task: str
    commune_code: str
    """Empty for a job of the whole system."""
    commune: str
    at: str
    attempts: int
    error: str


@dataclass(frozen=True)
class LoggedAct:
    """A line of the operators' log."""

    at: str
    who: str
    act: str
    commune_code: str
    commune: str
    note: str


def key_of(text: str) -> UUID | None:
    """Return the key that an address or a form carries; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def commune_name(code: str) -> str:
    """Return the name of a commune with its province, or the code when it is in no list."""
    official = official_communes().get(code)
    return official.full_name if official else code


def shown_jobs(jobs: Iterable[Job]) -> list[FailedJob]:
    """Return given-up jobs in words."""
    return [
        FailedJob(
            id=job.pk,
            task=task_name(job.task),
            commune_code="" if job.commune_code == CENTRE else job.commune_code,
            commune=_("cả hệ thống")
            if job.commune_code == CENTRE
            else commune_name(job.commune_code),
            at=local_minute(job.finished_at),
            attempts=job.attempts,
            error=job.error,
        )
        for job in jobs
    ]


def shown_acts(acts: Iterable[OperatorAct]) -> list[LoggedAct]:
    """Return lines of the log in words."""
    return [
        LoggedAct(
            at=local_minute(act.at),
            who=act.name,
            act=act.get_act_display(),
            commune_code=act.commune_code,
            commune=commune_name(act.commune_code) if act.commune_code else "",
            note=_note(act),
        )
        for act in acts
    ]


def _note(act: OperatorAct) -> str:
    if act.act != OperatorAct.Act.RETRY_JOB:
        return act.note
    task, times, jobs = act.note.partition(" × ")
    return f"{task_name(task)}{times}{jobs}"

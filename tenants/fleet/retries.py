"""Trying given-up jobs again at an operator's word, each time with a line in the log."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tenants.fleet.acts import Operator, record_act
from tenants.fleet.models import OperatorAct
from tenants.jobs.failed import retry_job, retry_jobs
from tenants.jobs.models import CENTRE, Job


@transaction.atomic
def retry_given_up_job(*, job_id: UUID, operator: Operator) -> bool:
    """Queue a given-up job again; False if it is no such job (any more), and nothing is logged."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None or not retry_job(job_id=job_id):
        return False
    _record(operator, commune_code=job.commune_code, note=job.task)
    return True


@transaction.atomic
def retry_given_up_jobs(*, task: str, operator: Operator, commune_code: str = "") -> int:
    """Queue every given-up job of a task again, of one commune if asked; how many there were."""
    jobs = retry_jobs(task=task, commune_code=commune_code)
    if jobs:
        _record(operator, commune_code=commune_code, note=f"{task} × {jobs}")
    return jobs


def _record(operator: Operator, *, commune_code: str, note: str) -> None:
    record_act(
        act=OperatorAct.Act.RETRY_JOB,
        operator=operator,
        commune_code="" if commune_code == CENTRE else commune_code,
        note=note,
    )

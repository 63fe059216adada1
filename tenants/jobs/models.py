"""One row per job: which task, with which keys, in which commune, and how far it has come."""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# Jobs of the whole fleet (onboarding, housekeeping of shared tables) stand in a queue of their
# own and belong to the centre. No commune has this code.
FLEET_QUEUE = "fleet"
CENTRE = "00000"


class Job(models.Model):
    """A call of a task, waiting for or run by a job runner, in one commune or at the centre."""

    class State(models.TextChoices):
        """Where a job stands."""

        LATER = "later", _("hẹn giờ")
        QUEUED = "queued", _("đang chờ")
        RUNNING = "running", _("đang chạy")
        DONE = "done", _("đã xong")
        FAILED = "failed", _("thất bại")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    task = models.CharField(max_length=160)
    # {"args": […], "kwargs": {…}}: keys of rows only, because this table is not encrypted.
    args = models.JSONField(default=dict)
    commune_code = models.CharField(max_length=5)
    queue = models.CharField(max_length=32, default="default")
    turn = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    error = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("việc nền")
        verbose_name_plural = _("việc nền")
        indexes: ClassVar[list[models.Index]] = [
            # The runner's next job, and the least turn of the queue, are the first entry here.
            models.Index(
                fields=["queue", "turn", "id"],
                name="jobs_job_next",
                condition=models.Q(state="queued"),
            ),
            # A commune's own last turn.
            models.Index(
                fields=["queue", "commune_code", "turn"],
                name="jobs_job_commune_turn",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["lease_until"],
                name="jobs_job_lease",
                condition=models.Q(state="running"),
            ),
            models.Index(
                fields=["not_before"], name="jobs_job_later", condition=models.Q(state="later")
            ),
            models.Index(fields=["id"], name="jobs_job_failed", condition=models.Q(state="failed")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="jobs_job_commune_given", condition=~models.Q(commune_code="")
            ),
            # What the owner's role runs is never a commune's job, and the other way round.
            models.CheckConstraint(
                name="jobs_job_fleet_is_centre",
                condition=models.Q(queue=FLEET_QUEUE, commune_code=CENTRE)
                | ~models.Q(queue=FLEET_QUEUE) & ~models.Q(commune_code=CENTRE),
            ),
            models.CheckConstraint(
                name="jobs_job_running_has_lease",
                condition=~models.Q(state="running") | models.Q(lease_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} ({self.commune_code}, {self.state})"


class Schedule(models.Model):
    """When a task is to be enqueued next in a commune; a row per commune and scheduled task.

    The due ones are found here in one statement, whatever the number of communes.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    commune_code = models.CharField(max_length=5)
    task = models.CharField(max_length=160)
    next_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lịch chạy việc nền")
        verbose_name_plural = _("lịch chạy việc nền")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_at"], name="jobs_schedule_due"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["commune_code", "task"], name="jobs_schedule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.task} ({self.commune_code}) {self.next_at}"

"""Events of a commune and the head of their chain."""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.kit.fields import EncryptedJSONField


class Event(models.Model):
    """One thing that was done, by whom and when; never changed and never removed.

    The name and the title of the actor are those of the moment, so the record stays readable
    after the person has left or changed office.
    """

    # Onboarding takes UPDATE, DELETE and TRUNCATE on this table from the application's role.
    append_only = True

    class ActorKind(models.TextChoices):
        """Who acted."""

        CITIZEN = "citizen", _("công dân")
        OFFICIAL = "official", _("cán bộ")
        SYSTEM = "system", _("hệ thống")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=48)
    subject_id = models.UUIDField()
    actor_kind = models.CharField(max_length=8, choices=ActorKind.choices)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, default="")
    actor_title = models.CharField(max_length=120, default="")
    from_state = models.CharField(max_length=24, default="")
    to_state = models.CharField(max_length=24, default="")
    details = EncryptedJSONField(null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("sự kiện")
        verbose_name_plural = _("sự kiện")
        ordering: ClassVar[list[str]] = ["sequence"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_id", "sequence"], name="history_event_subject"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two events can never take the same place in the chain, whatever the code does.
            models.UniqueConstraint(fields=["sequence"], name="history_event_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.verb}"


class ChainHead(models.Model):
    """The last link of the commune's chain: the one row that writers of events lock.

    It is a row of its own because the application may not update events, so cannot lock them.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    class Meta:
        verbose_name = _("đầu chuỗi sự kiện")
        verbose_name_plural = _("đầu chuỗi sự kiện")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="history_chainhead_single", condition=models.Q(id=1)),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash[:12]}"

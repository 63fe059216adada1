"""What is known of a stored file; its bytes lie in the store under this row's key."""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file of this commune whose kind was decided by its content, with its SHA-256."""

    class Kind(models.TextChoices):
        """The kinds that are kept."""

        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"

    class State(models.TextChoices):
        """Whether anybody may open it."""

        QUARANTINED = "quarantined", _("đang kiểm tra")
        CLEAN = "clean", _("đã kiểm tra")
        REFUSED = "refused", _("bị từ chối")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    size = models.PositiveBigIntegerField(help_text=_("số byte"))
    pages = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    state = models.CharField(
        max_length=11, choices=State.choices, default=State.CLEAN, db_default=State.CLEAN
    )
    # Why it was refused: the name of the reason (documents.files.errors), empty otherwise.
    refusal = models.CharField(max_length=40, default="", db_default="")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("tệp đã lưu")
        verbose_name_plural = _("tệp đã lưu")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="files_storedfile_not_empty", condition=models.Q(size__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.size}"

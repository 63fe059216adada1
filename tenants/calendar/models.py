"""Days that differ from the ordinary week."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SpecialDay(models.Model):
    """A day off on a weekday, or a day worked on a weekend.

    Without a commune's code it holds for the whole country; a commune's own day comes before it.
    """

    class Kind(models.TextChoices):
        OFF = "off", _("nghỉ")
        WORKED = "worked", _("làm việc")

    date = models.DateField(_("ngày"))
    kind = models.CharField(_("loại"), max_length=6, choices=Kind.choices)
    name = models.CharField(_("tên"), max_length=120)
    commune_code = models.CharField(_("mã đơn vị"), max_length=5, blank=True, default="")

    class Meta:
        verbose_name = _("ngày đặc biệt")
        ordering = ("date",)
        constraints = (
            models.UniqueConstraint(
                name="calendar_specialday_once", fields=("commune_code", "date")
            ),
            models.CheckConstraint(
                name="calendar_specialday_known_kind",
                condition=models.Q(kind__in=("off", "worked")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"

"""Days that differ from the ordinary week, and the hours of an office."""

from __future__ import annotations

import uuid6
from django.db import models
from django.db.models.functions import Now
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
    declared_at = models.DateTimeField(_("khai lúc"), db_default=Now())

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


class OfficeHours(models.Model):
    """When an office works, from a day on: a morning and an afternoon, eight hours together.

    Without a commune's code they are the country's; a commune's own come before those.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    commune_code = models.CharField(_("mã đơn vị"), max_length=5, blank=True, default="")
    valid_from = models.DateField(_("từ ngày"))
    morning_from = models.TimeField(_("sáng từ"))
    morning_to = models.TimeField(_("sáng đến"))
    afternoon_from = models.TimeField(_("chiều từ"))
    afternoon_to = models.TimeField(_("chiều đến"))
    declared_at = models.DateTimeField(_("khai lúc"), db_default=Now())

    class Meta:
        verbose_name = _("giờ làm việc")
        ordering = ("valid_from",)
        constraints = (
            models.UniqueConstraint(
                name="calendar_officehours_once", fields=("commune_code", "valid_from")
            ),
            models.CheckConstraint(
                name="calendar_officehours_in_order",
                condition=models.Q(
                    morning_from__lt=models.F("morning_to"),
                    afternoon_from__gte=models.F("morning_to"),
                    afternoon_to__gt=models.F("afternoon_from"),
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.commune_code} {self.valid_from:%d/%m/%Y}"

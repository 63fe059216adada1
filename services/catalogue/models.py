"""Published versions of procedures and fee tables; shared by all communes and never changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProcedureVersion(models.Model):
    """One published version: the complete definition and the days it is in force."""

    code = models.CharField(_("mã thủ tục"), max_length=10)
    version = models.PositiveSmallIntegerField(_("phiên bản"))
    valid_from = models.DateField(_("có hiệu lực từ"))
    valid_to = models.DateField(_("có hiệu lực đến"), null=True, blank=True)
    definition: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("nội dung"))
    digest = models.CharField(_("mã băm nội dung"), max_length=64)
    published_at = models.DateTimeField(_("công bố lúc"), auto_now_add=True)

    # A case keeps the version it was filed under, so no role may rewrite or drop one.
    append_only = True

    class Meta:
        verbose_name = _("phiên bản thủ tục")
        verbose_name_plural = _("phiên bản thủ tục")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("code", "version"), name="catalogue_version_of_a_procedure"
            ),
            models.CheckConstraint(
                name="catalogue_version_ends_after_it_starts",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class FeeTableVersion(models.Model):
    """The fees that one resolution of a province's council sets, from a day on."""

    province_code = models.CharField("mã tỉnh", max_length=2)
    resolution = models.CharField("nghị quyết", max_length=80)
    valid_from = models.DateField("có hiệu lực từ")
    valid_to = models.DateField("có hiệu lực đến", null=True, blank=True)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField("nội dung")
    digest = models.CharField("mã băm nội dung", max_length=64)
    published_at = models.DateTimeField("công bố lúc", auto_now_add=True)

    # What was charged by it must be found again, so no role may rewrite or drop one.
    append_only = True

    class Meta:
        verbose_name = "biểu phí của tỉnh"
        verbose_name_plural = "biểu phí của tỉnh"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("province_code", "resolution"), name="catalogue_fee_table_once"
            ),
            models.CheckConstraint(
                name="catalogue_fee_table_ends_after_it_starts",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.province_code} {self.resolution}"

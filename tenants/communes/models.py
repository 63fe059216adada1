"""The registry: communes that have their system here, and the hosts they answer on."""

from __future__ import annotations

from typing import NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin


class Commune(TenantMixin):  # type: ignore[misc]
    """A commune that is onboarded; its data lie in its own schema, `xa_` and its code."""

    class State(models.TextChoices):
        ACTIVE = "active", _("đang hoạt động")
        SUSPENDED = "suspended", _("tạm ngừng")
        MERGED = "merged", _("đã sáp nhập")

    # Schemas come from the blueprint (tenants.fleet), never from saving a row.
    auto_create_schema = False

    code = models.CharField(_("mã"), max_length=5, primary_key=True)
    name = models.CharField(_("tên"), max_length=60)
    kind = models.CharField(_("loại"), max_length=8)
    province_code = models.CharField(_("mã tỉnh"), max_length=2)
    province_name = models.CharField(_("tỉnh"), max_length=60)
    folded = models.CharField(max_length=130)
    sort_key = models.CharField(max_length=130, db_collation="C")
    state = models.CharField(
        _("trạng thái"), max_length=10, choices=State.choices, default=State.ACTIVE
    )
    state_changed_at = models.DateTimeField(_("đổi trạng thái lúc"), auto_now_add=True)
    onboarded_at = models.DateTimeField(_("ngày tham gia"), auto_now_add=True)
    # How many of settings.COMMUNE_MIGRATIONS the schema has had.
    schema_version = models.PositiveSmallIntegerField(_("phiên bản lược đồ"))
    # The code that has fewer migrations than this cannot work in the schema any more.
    oldest_code = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Where the people of a merged commune go now; empty otherwise.
    successor_code = models.CharField(_("đơn vị kế tiếp"), max_length=5, default="", db_default="")
    # Which database cluster holds the schema (one, unless there are several by region).
    cluster = models.CharField(_("cụm dữ liệu"), max_length=32, default="main", db_default="main")

    class Meta:
        verbose_name = _("đơn vị")
        verbose_name_plural = _("các đơn vị")
        ordering = ("sort_key", "code")
        constraints = (
            # Schema names are written into SQL; only ones made from a code exist.
            models.CheckConstraint(
                name="communes_commune_schema_of_code",
                condition=models.Q(
                    code__regex=r"^[0-9]{5}$",
                    schema_name=models.functions.Concat(models.Value("xa_"), models.F("code")),
                ),
            ),
            models.CheckConstraint(
                name="communes_commune_known_state",
                condition=models.Q(state__in=("active", "suspended", "merged")),
            ),
            models.CheckConstraint(
                name="communes_commune_merged_into_one",
                condition=~models.Q(state="merged") | ~models.Q(successor_code=""),
            ),
        )
        indexes = (
            models.Index(name="communes_commune_by_province", fields=("province_code", "sort_key")),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.province_name}"

    def __enter__(self) -> NoReturn:
        # The library keeps the previous tenant on the class, which mixes threads up.
        raise TypeError("Use tenants.communes.current.in_commune(code).")

    def __exit__(self, *exc_info: object) -> NoReturn:
        raise TypeError("Use tenants.communes.current.in_commune(code).")


class Domain(DomainMixin):  # type: ignore[misc]
    """A host of a commune.

    A name without a dot is a label under the base domain and the commune's site; a name with
    dots is a domain of the commune's own, which only redirects there.
    """

    class Meta:
        verbose_name = _("tên miền")
        verbose_name_plural = _("các tên miền")

    def __str__(self) -> str:
        return str(self.domain)


class Figures(models.Model):
    """What is counted of a commune, so that the centre knows it without entering the schema.

    Written by what happens in the commune, in the same transaction; a row is made with the
    commune.
    """

    commune_code = models.CharField(_("mã"), max_length=5, primary_key=True)
    cases = models.PositiveIntegerField(_("số hồ sơ"), default=0, db_default=0)
    open_cases = models.PositiveIntegerField(_("đang giải quyết"), default=0, db_default=0)
    last_activity_at = models.DateTimeField(_("hoạt động gần nhất"), null=True)

    class Meta:
        verbose_name = _("số liệu của đơn vị")
        verbose_name_plural = _("số liệu của các đơn vị")

    def __str__(self) -> str:
        return str(self.commune_code)

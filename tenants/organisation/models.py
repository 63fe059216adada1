"""Letterhead, departments and officials of one commune."""

from __future__ import annotations

import uuid6
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.kit.rows import read_row


class Role(models.TextChoices):
    """What an official does in the way of a case through the commune."""

    RECEPTION = "reception", _("tiếp nhận")
    SPECIALIST = "specialist", _("chuyên viên")
    HEAD = "head", _("trưởng phòng")
    LEADER = "leader", _("lãnh đạo")
    CLERK = "clerk", _("văn thư")
    ADMINISTRATOR = "administrator", _("quản trị")


class Letterhead(models.Model):
    """What a commune's papers carry at their head; there is one row.

    `commune_code` is the schema's marker: every connection that enters the schema compares it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    commune_code = models.CharField(_("mã đơn vị"), max_length=5, editable=False)
    agency_code = models.CharField(_("mã cơ quan"), max_length=20)
    agency_name = models.CharField(_("tên cơ quan"), max_length=90)
    centre_name = models.CharField(_("tên trung tâm phục vụ hành chính công"), max_length=110)
    place_name = models.CharField(_("địa danh"), max_length=40)
    address = models.CharField(_("địa chỉ"), max_length=110, blank=True)
    phone = models.CharField(_("điện thoại"), max_length=15, blank=True)
    email = models.CharField(_("thư điện tử"), max_length=50, blank=True)
    leader_title = models.CharField(_("chức vụ người đứng đầu"), max_length=40)

    class Meta:
        verbose_name = _("tiêu đề văn bản")
        constraints = (
            models.CheckConstraint(
                name="organisation_letterhead_only_one", condition=models.Q(id=1)
            ),
        )

    def __str__(self) -> str:
        return self.agency_name


class Department(models.Model):
    """A division of the commune's people's committee."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    name = models.CharField(_("tên phòng"), max_length=100)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        verbose_name = _("phòng")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class Official(models.Model):
    """A person who works for the commune, and in which roles."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    # The account lies in the shared schema: a plain key, no constraint across schemas.
    account_id = models.UUIDField(_("tài khoản"), editable=False)
    name = models.CharField(_("họ và tên"), max_length=100)
    title = models.CharField(_("chức vụ"), max_length=100)
    department = models.ForeignKey(
        Department,
        verbose_name=_("phòng"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="officials",
    )
    roles = models.CharField(_("vai trò"), max_length=80)
    may_sign = models.BooleanField(_("được ký"), default=False)
    active = models.BooleanField(_("đang làm việc"), default=True)

    class Meta:
        verbose_name = _("công chức")
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                name="organisation_official_one_per_account", fields=("account_id",)
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.title}"

    def has_role(self, *roles: str) -> bool:
        """Whether the official has one of the roles."""
        return not set(roles).isdisjoint(self.roles.split())


def get_letterhead() -> Letterhead:
    """Return the letterhead of the current commune."""
    letterhead = read_row(Letterhead, "a.id = %s", [1])
    if letterhead is None:
        raise Letterhead.DoesNotExist
    return letterhead

"""Letterhead, departments and officials of one commune."""

from __future__ import annotations

import uuid6
from django.db import models
from django.db.models.functions import Now
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
    # Codes of procedures and keys of fields, between spaces; empty for all.
    scope = models.CharField(_("phạm vi"), max_length=180, default="", db_default="")
    active = models.BooleanField(_("đang làm việc"), default=True)
    left_on = models.DateField(_("nghỉ từ ngày"), null=True)

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


class Delegation(models.Model):
    """That one official may do what another may, for some days, on a written ground.

    Decree 30/2020/NĐ-CP, article 13: who signs for another writes in which capacity; an
    authorisation is written, for a limited time, and is not passed on.
    """

    class Capacity(models.TextChoices):
        """What stands before the title of the one who signs."""

        DEPUTY = "deputy", _("KT. (ký thay)")
        ORDER = "order", _("TL. (thừa lệnh)")
        AUTHORISED = "authorised", _("TUQ. (thừa ủy quyền)")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    giver = models.ForeignKey(
        Official, on_delete=models.PROTECT, db_index=False, related_name="delegations_given"
    )
    receiver = models.ForeignKey(
        Official, on_delete=models.PROTECT, db_index=False, related_name="delegations_received"
    )
    capacity = models.CharField(_("tư cách ký"), max_length=10, choices=Capacity.choices)
    roles = models.CharField(_("vai trò"), max_length=80)
    ground = models.CharField(_("căn cứ"), max_length=200)
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến hết ngày"))
    ended_at = models.DateTimeField(_("chấm dứt lúc"), null=True)

    class Meta:
        verbose_name = _("ủy quyền")
        verbose_name_plural = _("ủy quyền")
        constraints = (
            models.CheckConstraint(
                name="organisation_delegation_dates",
                condition=models.Q(ends_on__gte=models.F("starts_on")),
            ),
            models.CheckConstraint(
                name="organisation_delegation_to_another",
                condition=~models.Q(giver=models.F("receiver")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.giver_id} → {self.receiver_id}"


class Invitation(models.Model):
    """That somebody is asked to work for the commune, in which post; accepted once, by link."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    contact = models.CharField(_("thư điện tử hoặc số điện thoại"), max_length=120)
    name = models.CharField(_("họ và tên"), max_length=100)
    title = models.CharField(_("chức vụ"), max_length=100)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    roles = models.CharField(_("vai trò"), max_length=80)
    may_sign = models.BooleanField(_("được ký"), default=False)
    invited_by = models.UUIDField(_("người mời"), null=True)
    created_at = models.DateTimeField(_("mời lúc"), db_default=Now())
    expires_at = models.DateTimeField(_("dùng được đến"))
    accepted_at = models.DateTimeField(_("nhận lúc"), null=True)
    withdrawn_at = models.DateTimeField(_("rút lại lúc"), null=True)

    class Meta:
        verbose_name = _("lời mời")
        verbose_name_plural = _("lời mời")

    def __str__(self) -> str:
        return f"{self.name}, {self.title}"


def get_letterhead() -> Letterhead:
    """Return the letterhead of the current commune."""
    letterhead = read_row(Letterhead, "a.id = %s", [1])
    if letterhead is None:
        raise Letterhead.DoesNotExist
    return letterhead

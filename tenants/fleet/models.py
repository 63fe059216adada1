"""What was done to the fleet: upgrades, onboarding in batches, and the acts of operators."""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.db import models
from django.utils.translation import gettext_lazy as _


class Upgrade(models.Model):
    """One attempt to bring a commune's schema to a version: when, how long, and the error."""

    class Result(models.TextChoices):
        DONE = "done", _("xong")
        LOCKED = "locked", _("đang bị khóa")
        FAILED = "failed", _("lỗi")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    # Attempts of one run of the command share it.
    run_id = models.UUIDField()
    commune_code = models.CharField(_("mã"), max_length=5)
    from_version = models.PositiveSmallIntegerField()
    to_version = models.PositiveSmallIntegerField()
    result = models.CharField(_("kết quả"), max_length=6, choices=Result.choices)
    error = models.TextField(_("lỗi"), default="", db_default="")
    seconds = models.FloatField(_("thời gian (giây)"))
    at = models.DateTimeField(_("lúc"), db_default=models.functions.Now())

    class Meta:
        verbose_name = _("lần nâng cấp")
        verbose_name_plural = _("các lần nâng cấp")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["commune_code", "-id"], name="fleet_upgrade_of_commune"),
            models.Index(
                fields=["run_id"], name="fleet_upgrade_missed", condition=~models.Q(result="done")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune_code} → {self.to_version}: {self.result}"


class OnboardingBatch(models.Model):
    """Communes that an operator asked to onboard together; the fleet's job runner does it."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    title = models.CharField(_("nội dung"), max_length=120)
    requested_by = models.UUIDField()
    requested_by_name = models.CharField(_("người yêu cầu"), max_length=100)
    created_at = models.DateTimeField(_("lúc"), db_default=models.functions.Now())

    class Meta:
        verbose_name = _("đợt đưa vào hệ thống")
        verbose_name_plural = _("các đợt đưa vào hệ thống")

    def __str__(self) -> str:
        return self.title


class OnboardingItem(models.Model):
    """One commune of a batch, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("đang chờ")
        DONE = "done", _("đã đưa vào")
        PRESENT = "present", _("đã có từ trước")
        FAILED = "failed", _("lỗi")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    batch = models.ForeignKey(OnboardingBatch, on_delete=models.CASCADE, related_name="items")
    commune_code = models.CharField(_("mã"), max_length=5)
    state = models.CharField(
        _("trạng thái"), max_length=7, choices=State.choices, default=State.WAITING
    )
    error = models.TextField(_("lỗi"), default="", db_default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("đơn vị trong đợt")
        verbose_name_plural = _("các đơn vị trong đợt")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two operators who onboard the same province wait for the same communes.
            models.UniqueConstraint(
                fields=["commune_code"],
                name="fleet_item_waits_once",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune_code}: {self.state}"


class OperatorAct(models.Model):
    """What an operator did to the fleet, and why; only ever added to."""

    class Act(models.TextChoices):
        ONBOARD = "onboard", _("đưa vào hệ thống")
        SUSPEND = "suspend", _("tạm ngừng")
        RESUME = "resume", _("mở lại")
        RETRY_JOB = "retry_job", _("chạy lại việc nền")
        EXPORT = "export", _("xuất dữ liệu")
        RESTORE = "restore", _("khôi phục dữ liệu")
        DROP = "drop", _("gỡ khỏi hệ thống")
        MOVE = "move", _("chuyển máy chủ dữ liệu")
        SUPPORT = "support", _("truy cập hỗ trợ")
        SIGN_IN = "sign_in", _("đăng nhập")
        LOST_FACTOR = "factor", _("gỡ xác thực hai bước")
        CALENDAR = "calendar", _("khai ngày nghỉ, ngày làm việc cả nước")

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    # NULL for an act by command, which has no account.
    account_id = models.UUIDField(null=True)
    name = models.CharField(_("người làm"), max_length=100)
    act = models.CharField(_("việc"), max_length=10, choices=Act.choices)
    commune_code = models.CharField(_("mã"), max_length=5, default="", db_default="")
    note = models.CharField(_("lý do"), max_length=300, default="", db_default="")
    at = models.DateTimeField(_("lúc"), db_default=models.functions.Now())

    class Meta:
        verbose_name = _("việc của người vận hành")
        verbose_name_plural = _("nhật ký vận hành")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["commune_code", "-id"], name="fleet_act_of_commune"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.act} {self.commune_code}"


class SupportAccess(models.Model):
    """That an operator may look at one commune's cases for a while, and for which reason.

    Operators see no case by themselves. The commune reads of it in its own history, when it
    begins, at each page that was looked at, and when it ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    commune_code = models.CharField(_("mã"), max_length=5)
    account_id = models.UUIDField()
    name = models.CharField(_("người vận hành"), max_length=100)
    reason = models.CharField(_("lý do"), max_length=300)
    begins_at = models.DateTimeField(_("từ"), db_default=models.functions.Now())
    ends_at = models.DateTimeField(_("đến"))
    ended_at = models.DateTimeField(_("kết thúc lúc"), null=True)

    class Meta:
        verbose_name = _("truy cập hỗ trợ")
        verbose_name_plural = _("truy cập hỗ trợ")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["commune_code", "-id"], name="fleet_support_of_commune"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.commune_code}"

"""What people are told, how each notice left the house, and what people wish of that."""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tenants.kit.fields import EncryptedJSONField


class Audience(models.TextChoices):
    """As whom somebody is told: one account may be a citizen here and an official there."""

    CITIZEN = "citizen", _("người dân")
    OFFICIAL = "official", _("cán bộ")


class Notice(models.Model):
    """One thing that one person is told; on the page it stands from the moment it is written.

    `content` holds `title`, `body`, `sms` (what a phone shows) and, for somebody without an
    account, `email` and `phone` as they were given for this purpose.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    commune_code = models.CharField(_("mã đơn vị"), max_length=5)
    account_id = models.UUIDField(_("tài khoản"), null=True)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    # What it is about (a case), and how people call that.
    subject_id = models.UUIDField()
    code = models.CharField(max_length=50)
    kind = models.CharField(max_length=30)
    path = models.CharField(_("trang trên địa chỉ của đơn vị"), max_length=200)
    content = EncryptedJSONField(_("nội dung"))
    # The law wants the person told, whatever they wished; see `delivering.plan`.
    mandatory = models.BooleanField(default=False)
    # Something is needed from the person or lies ready: what consent to messages covers.
    needs_person = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_id"], name="notices_notice_subject"),
            models.Index(
                fields=["account_id", "id"],
                name="notices_notice_account",
                condition=models.Q(account_id__isnull=False),
            ),
            # Counted beside every list that shows the number.
            models.Index(
                fields=["account_id", "audience", "commune_code"],
                name="notices_notice_unread",
                condition=models.Q(account_id__isnull=False, read_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class Channel(models.TextChoices):
    """How a notice leaves the house."""

    EMAIL = "email", _("thư điện tử")
    SMS = "sms", _("tin nhắn")


class Delivery(models.Model):
    """A notice on its way by one channel; its key is the key by which the partner knows it."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("đang gửi")
        SENT = "sent", _("đã gửi")
        FAILED = "failed", _("không gửi được")
        NOT_SENT = "not_sent", _("không gửi")

    class Reason(models.TextChoices):
        """Why it is not sent."""

        NO_ADDRESS = "no_address", _("không có địa chỉ hoặc số điện thoại")
        NOT_PROVED = "not_proved", _("địa chỉ hoặc số điện thoại chưa được xác nhận")
        NO_CONSENT = "no_consent", _("người nhận chưa đồng ý nhận tin nhắn")
        NOT_COVERED = "not_covered", _("loại tin này không gửi bằng tin nhắn")
        OPTED_OUT = "opted_out", _("người nhận chọn không nhận")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, db_index=False, related_name="deliveries"
    )
    commune_code = models.CharField(_("mã đơn vị"), max_length=5)
    channel = models.CharField(max_length=5, choices=Channel.choices)
    address = EncryptedJSONField(_("gửi đến"), null=True)
    state = models.CharField(max_length=8, choices=State.choices)
    reason = models.CharField(max_length=11, choices=Reason.choices, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    # What the partner answered, without the person; empty when it took the message.
    error = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("lần gửi thông báo")
        verbose_name_plural = _("lần gửi thông báo")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["notice", "channel"], name="notices_delivery_once"),
            models.CheckConstraint(
                name="notices_delivery_sent_has_time",
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class NoticePreference(models.Model):
    """What a person wishes of notices; without a row letters are sent.

    Messages to a phone need consent, which is written where all consent is (tenants.accounts).
    """

    account_id = models.UUIDField(primary_key=True)
    email = models.BooleanField(_("nhận thư"), default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("cách nhận thông báo")
        verbose_name_plural = _("cách nhận thông báo")

    def __str__(self) -> str:
        return f"{self.account_id}"

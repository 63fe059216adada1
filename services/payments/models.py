"""What cases cost, what was paid, and what the commune's cash desk wrote down about it.

All amounts are whole đồng. Nothing here knows what a case is: only its key and its code.
"""

from __future__ import annotations

from typing import Any, ClassVar

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tenants.kit.fields import EncryptedJSONField


class Collect(models.IntegerChoices):
    """When a fee is collected, with the codes that the national portal exchanges."""

    AT_RECEIPT = 1, _("khi nhận hồ sơ")
    AT_SUPPLEMENT = 2, _("khi bổ sung hồ sơ")
    AT_RETURN = 4, _("khi trả kết quả")


class Receiver(models.Model):
    """Where the commune's fees go and what its receipts say; there is one row.

    ``secrets`` holds what signs requests to a gateway, by gateway.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    bank_bin = models.CharField("mã BIN ngân hàng", max_length=6, blank=True)
    bank_name = models.CharField("ngân hàng", max_length=60, blank=True)
    account_number = models.CharField("số tài khoản", max_length=19, blank=True)
    account_holder = models.CharField("chủ tài khoản", max_length=90, blank=True)
    tax_code = models.CharField("mã số thuế", max_length=14, blank=True)
    receipt_form = models.CharField("mẫu số biên lai", max_length=20, blank=True)
    receipt_symbol = models.CharField("ký hiệu biên lai", max_length=20, blank=True)
    vnpay_terminal = models.CharField("mã website tại VNPAY", max_length=20, blank=True)
    secrets = EncryptedJSONField("khóa bí mật của các cổng", null=True)

    class Meta:
        verbose_name = "nơi nhận phí, lệ phí"
        constraints: ClassVar = [
            models.CheckConstraint(name="payments_receiver_only_one", condition=models.Q(id=1))
        ]

    @property
    def has_account(self) -> bool:
        """Whether money can be sent to it by transfer."""
        return bool(self.bank_bin and self.account_number)


class Payment(models.Model):
    """Money for a case: asked for, received, or not come.

    ``reference`` is what the payer writes into a transfer and what a gateway gives back.
    ``surplus`` is what no fee needs: to be paid back, or used for a fee that is added later.
    """

    class Method(models.TextChoices):
        """How the money comes."""

        CASH = "cash", _("Tiền mặt")
        TRANSFER = "transfer", _("Chuyển khoản")
        GATEWAY = "gateway", _("Cổng thanh toán")

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("Chờ nộp")
        PAID = "paid", _("Đã nộp")
        FAILED = "failed", _("Không thành")
        CANCELLED = "cancelled", _("Không phải nộp nữa")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    reference = models.CharField("mã nộp tiền", max_length=16)
    case_id = models.UUIDField("hồ sơ")
    case_code = models.CharField("mã hồ sơ", max_length=50)
    payer = EncryptedJSONField("người nộp")
    amount = models.PositiveBigIntegerField("số tiền (đồng)")
    surplus = models.PositiveBigIntegerField("tiền thừa", default=0)
    refunded = models.PositiveBigIntegerField("đã hoàn hoặc chờ hoàn", default=0)
    # What a gateway said was paid, when that was not what was asked: nothing is booked.
    reported = models.PositiveBigIntegerField("cổng báo số tiền khác", null=True)
    given = models.PositiveBigIntegerField("tiền khách đưa", null=True)
    method = models.CharField("hình thức", max_length=8, choices=Method.choices)
    state = models.CharField("tình trạng", max_length=9, choices=State.choices)
    gateway = models.CharField("cổng thanh toán", max_length=10, blank=True)
    outside_number = models.CharField("số giao dịch bên ngoài", max_length=40, blank=True)
    created_at = models.DateTimeField("lập lúc", db_default=Now())
    paid_at = models.DateTimeField("nộp lúc", null=True)
    # The day of the cash desk to which it counts: that of the booking, or the next open one.
    booked_on = models.DateField("thuộc ngày thu", null=True)
    official_id = models.UUIDField("người thu", null=True)
    official_name = models.CharField(max_length=100, blank=True)
    receipt_id = models.UUIDField("biên lai", null=True)

    class Meta:
        verbose_name = "khoản nộp"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["case_id"], name="payments_payment_case"),
            models.Index(fields=["booked_on"], name="payments_payment_day"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference"], name="payments_payment_reference"),
            models.CheckConstraint(
                name="payments_payment_paid_is_booked",
                condition=models.Q(state="paid", paid_at__isnull=False, booked_on__isnull=False)
                | (~models.Q(state="paid") & models.Q(paid_at=None, booked_on=None)),
            ),
            models.CheckConstraint(
                name="payments_payment_within_itself",
                condition=models.Q(surplus__lte=models.F("amount"))
                & models.Q(refunded__lte=models.F("amount")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_paid(self) -> bool:
        """Whether the money is there."""
        return self.state == self.State.PAID

    @property
    def refundable(self) -> int:
        """How much of it can still be paid back."""
        return self.amount - self.refunded if self.is_paid else 0

    @property
    def payer_name(self) -> str:
        """Who pays, as the case names them."""
        payer: dict[str, Any] = self.payer or {}
        return str(payer.get("name", ""))


class Charge(models.Model):
    """One fee of a case, with what made it less. ``amount`` is due, ``full_amount`` the rate.

    ``when_paid`` names the task (dotted) that is told the case's id once nothing is due any more.
    """

    class State(models.TextChoices):
        """Whether it is still owed."""

        DUE = "due", _("Chưa nộp")
        PAID = "paid", _("Đã nộp")
        WAIVED = "waived", _("Được miễn")
        CANCELLED = "cancelled", _("Không thu nữa")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    case_id = models.UUIDField("hồ sơ")
    case_code = models.CharField("mã hồ sơ", max_length=50)
    name = models.CharField("tên phí, lệ phí", max_length=100)
    amount = models.PositiveBigIntegerField("phải nộp (đồng)")
    full_amount = models.PositiveBigIntegerField("mức thu (đồng)")
    ground = models.CharField("căn cứ miễn, giảm", max_length=150, blank=True)
    waived_by = models.CharField("người miễn, giảm", max_length=100, blank=True)
    collected = models.PositiveSmallIntegerField("thu", choices=Collect.choices)
    state = models.CharField("tình trạng", max_length=9, choices=State.choices)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, db_index=False, related_name="charges"
    )
    when_paid = models.CharField("việc làm khi nộp đủ", max_length=60, blank=True)

    class Meta:
        verbose_name = "khoản phải nộp"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["case_id"], name="payments_charge_case")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="payments_charge_paid_by_a_payment",
                condition=models.Q(state="paid", payment__isnull=False)
                | (~models.Q(state="paid") & models.Q(payment=None)),
            ),
            models.CheckConstraint(
                name="payments_charge_less_has_ground",
                condition=models.Q(amount=models.F("full_amount"))
                | (models.Q(amount__lt=models.F("full_amount")) & ~models.Q(ground="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Refund(models.Model):
    """Money paid back: asked for with its reason, then given back or declined."""

    class State(models.TextChoices):
        """Whether the money went back."""

        ASKED = "asked", _("Chờ hoàn")
        DONE = "done", _("Đã hoàn")
        DECLINED = "declined", _("Không hoàn")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.PositiveBigIntegerField("số tiền hoàn (đồng)")
    of_surplus = models.PositiveBigIntegerField("trong đó tiền thừa", default=0)
    reason = models.CharField("lý do", max_length=150)
    method = models.CharField("hình thức", max_length=8, choices=Payment.Method.choices)
    state = models.CharField("tình trạng", max_length=8, choices=State.choices)
    asked_by = models.CharField("người đề nghị", max_length=100)
    asked_at = models.DateTimeField("đề nghị lúc", db_default=Now())
    official_id = models.UUIDField("người hoàn", null=True)
    official_name = models.CharField(max_length=100, blank=True)
    done_at = models.DateTimeField("hoàn lúc", null=True)
    booked_on = models.DateField("thuộc ngày thu", null=True)
    outside_number = models.CharField("số giao dịch ngân hàng", max_length=40, blank=True)
    slip_id = models.UUIDField("phiếu hoàn", null=True)

    class Meta:
        verbose_name = "khoản hoàn"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="payments_refund_done_is_booked",
                condition=models.Q(state="done", done_at__isnull=False, booked_on__isnull=False)
                | (~models.Q(state="done") & models.Q(booked_on=None)),
            ),
            models.CheckConstraint(
                name="payments_refund_of_something", condition=models.Q(amount__gt=0)
            ),
        ]


class CollectionDay(models.Model):
    """A day of the cash desk; once closed, what comes later counts to the next open day."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    day = models.DateField("ngày")
    closed_at = models.DateTimeField("chốt lúc", null=True)
    official_id = models.UUIDField("người chốt", null=True)
    official_name = models.CharField(max_length=100, blank=True)
    expected_cash = models.BigIntegerField("tiền mặt theo sổ", default=0)
    counted_cash = models.BigIntegerField("tiền mặt đếm được", default=0)
    reason = models.CharField("lý do chênh lệch", max_length=150, blank=True)
    report_id = models.UUIDField("báo cáo", null=True)

    class Meta:
        verbose_name = "ngày thu"
        ordering: ClassVar = ["day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day"], name="payments_collectionday_once"),
            models.CheckConstraint(
                name="payments_collectionday_difference_has_reason",
                condition=models.Q(counted_cash=models.F("expected_cash")) | ~models.Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}"


class StatementImport(models.Model):
    """A bank's statement that somebody handed in; ``content`` is its table until confirmed."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    file_name = models.CharField("tên tệp", max_length=120)
    content = EncryptedJSONField("bảng đọc được", null=True)
    uploaded_at = models.DateTimeField("tải lên lúc", db_default=Now())
    official_id = models.UUIDField("người nhập")
    official_name = models.CharField(max_length=100)
    confirmed_at = models.DateTimeField("ghi sổ lúc", null=True)

    class Meta:
        verbose_name = "sao kê"
        ordering: ClassVar = ["id"]


class BankLine(models.Model):
    """One line of a statement that was confirmed; each comes into the books once."""

    class State(models.TextChoices):
        """What became of it."""

        BOOKED = "booked", _("Đã ghi nhận")
        EVIDENCE = "evidence", _("Khớp khoản đã ghi nhận")
        CHOOSE = "choose", _("Cần chọn hồ sơ")
        DIFFERS = "differs", _("Số tiền khác")
        UNKNOWN = "unknown", _("Không rõ của hồ sơ nào")
        UNDONE = "undone", _("Đã gỡ")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    statement = models.ForeignKey(StatementImport, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField("dòng")
    fingerprint = models.CharField(max_length=40)
    day = models.DateField("ngày giao dịch")
    amount = models.PositiveBigIntegerField("số tiền (đồng)")
    # The purpose as the payer wrote it, and who paid: they may name people.
    text = EncryptedJSONField("nội dung")
    outside_number = models.CharField("số giao dịch ngân hàng", max_length=40, blank=True)
    state = models.CharField("kết quả", max_length=8, choices=State.choices)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, db_index=False)

    class Meta:
        verbose_name = "dòng sao kê"
        ordering: ClassVar = ["statement", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fingerprint"], name="payments_bankline_once"),
            models.CheckConstraint(
                name="payments_bankline_booked_has_payment",
                condition=models.Q(state__in=["booked", "evidence"], payment__isnull=False)
                | (~models.Q(state__in=["booked", "evidence"]) & models.Q(payment=None)),
            ),
        ]

"""Lines, windows, tickets, devices, and appointments of a commune's hall.

Tickets and appointments name no one: a ticket is a number, an appointment an account. Whom they
were for stands on the case that came of them.
"""

from __future__ import annotations

import uuid6
from django.db import models
from django.utils.translation import gettext_lazy as _


class Line(models.Model):
    """A line of service with numbers of its own every day: A hộ tịch, B chứng thực."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    letter = models.CharField("chữ đầu", max_length=1)
    name = models.CharField("tên", max_length=60)
    is_open = models.BooleanField("đang phát số", default=True)
    # By so many minutes somebody with priority counts as having come earlier.
    head_start = models.PositiveSmallIntegerField("ưu tiên (phút)", default=20)
    # The counter of today's numbers; the row is locked while a ticket is given.
    last_day = models.DateField(null=True)
    last_number = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "dãy số"
        ordering = ["letter"]
        constraints = [models.UniqueConstraint(fields=["letter"], name="reception_line_letter")]

    def __str__(self) -> str:
        return f"{self.letter} {self.name}"


class Window(models.Model):
    """A place where an official serves people; `letters` are the lines called there."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    number = models.PositiveSmallIntegerField("số quầy")
    letters = models.CharField("dãy số gọi ở đây", max_length=26)
    official_id = models.UUIDField("người ngồi quầy", null=True)

    class Meta:
        verbose_name = "quầy"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="reception_window_number"),
        ]

    def __str__(self) -> str:
        return f"Quầy {self.number}"


class Priority(models.TextChoices):
    """Why somebody goes before others (Luật Người cao tuổi, Luật Người khuyết tật)."""

    NONE = "", _("Lượt thường")
    ELDERLY = "elderly", _("Người cao tuổi")
    DISABLED = "disabled", _("Người khuyết tật")
    PREGNANT = "pregnant", _("Phụ nữ mang thai, có con nhỏ đi cùng")
    APPOINTMENT = "appointment", _("Có lịch hẹn")


class Ticket(models.Model):
    """A number taken on one day, from waiting to served."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Đang chờ")
        CALLED = "called", _("Đang gọi")
        SERVING = "serving", _("Đang phục vụ")
        SERVED = "served", _("Đã phục vụ")
        SKIPPED = "skipped", _("Gọi không đến")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    day = models.DateField()
    letter = models.CharField(max_length=1)
    number = models.PositiveSmallIntegerField()
    priority = models.CharField(max_length=12, choices=Priority.choices, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    taken_at = models.DateTimeField()
    # Whose turn it is: the time it was taken, less the head start of who has priority.
    rank_at = models.DateTimeField()
    window = models.PositiveSmallIntegerField("quầy", null=True)
    # The window it was forwarded to, which alone calls it.
    for_window = models.PositiveSmallIntegerField("chuyển cho quầy", null=True)
    called_at = models.DateTimeField(null=True)
    calls = models.PositiveSmallIntegerField("số lần gọi", default=0)
    served_at = models.DateTimeField("bắt đầu phục vụ", null=True)
    ended_at = models.DateTimeField(null=True)
    # The form begun for who held it; a case keeps it as its filing key.
    draft_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = "số thứ tự"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "letter", "number"], name="reception_ticket_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as printed and called: ``A012``."""
        return f"{self.letter}{self.number:03d}"


class Device(models.Model):
    """A kiosk or a call screen, known by the cookie that was set when it was made one."""

    class Kind(models.TextChoices):
        """What it shows."""

        KIOSK = "kiosk", _("Máy lấy số")
        SCREEN = "screen", _("Màn hình gọi số")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField("tên", max_length=60)
    key_digest = models.CharField(max_length=64)
    paired_at = models.DateTimeField()
    paired_by = models.CharField(max_length=100)
    seen_on = models.DateField("dùng gần nhất", null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "thiết bị tại sảnh"
        ordering = ["-paired_at"]

    def __str__(self) -> str:
        return self.name


class SlotPlan(models.Model):
    """On one day of the week, from when to when people may come by appointment."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    weekday = models.PositiveSmallIntegerField("thứ")  # 0 is Monday
    starts = models.TimeField("từ")
    ends = models.TimeField("đến")
    minutes = models.PositiveSmallIntegerField("mỗi lượt (phút)")
    people = models.PositiveSmallIntegerField("số người mỗi lượt")
    # The line in which they get a number when they come.
    letter = models.CharField("dãy số", max_length=1)
    # Codes between spaces; empty means all procedures.
    procedures = models.CharField("thủ tục", max_length=200, blank=True)

    class Meta:
        verbose_name = "khung giờ hẹn"
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                name="reception_slotplan_sense",
                condition=models.Q(
                    weekday__lte=6, minutes__gte=5, people__gte=1, ends__gt=models.F("starts")
                ),
            ),
        ]


class Appointment(models.Model):
    """When a citizen said they would come, and about which procedure."""

    class State(models.TextChoices):
        """What became of it."""

        BOOKED = "booked", _("Đã đặt")
        CANCELLED = "cancelled", _("Đã hủy")
        CAME = "came", _("Đã đến")
        MISSED = "missed", _("Không đến")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    account_id = models.UUIDField("người hẹn")
    person_name = models.CharField("họ và tên", max_length=120)
    procedure_code = models.CharField(max_length=20)
    # Of a plan that may be gone since; what was agreed stands here.
    plan_id = models.UUIDField()
    letter = models.CharField("dãy số", max_length=1)
    starts_at = models.DateTimeField("giờ hẹn")
    code = models.CharField("mã hẹn", max_length=8)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    booked_at = models.DateTimeField()
    ended_at = models.DateTimeField("hủy hoặc đến lúc", null=True)
    reminded_at = models.DateTimeField(null=True)
    ticket_id = models.UUIDField("số thứ tự khi đến", null=True)

    class Meta:
        verbose_name = "lịch hẹn"
        indexes = [models.Index(fields=["starts_at"], name="reception_appointment_start")]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="reception_appointment_code"),
            models.UniqueConstraint(
                fields=["account_id", "procedure_code"],
                condition=models.Q(state="booked"),
                name="reception_appointment_one",
            ),
        ]

    def __str__(self) -> str:
        return self.code

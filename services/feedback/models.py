"""Ratings of finished cases, and complaints and proposals (phản ánh, kiến nghị)."""

from __future__ import annotations

import uuid6
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.kit.fields import EncryptedJSONField


class Score(models.IntegerChoices):
    """How satisfied somebody is; 4 and 5 count as satisfied (Decision 766/QĐ-TTg, 2022)."""

    VERY_BAD = 1, _("Rất không hài lòng")
    BAD = 2, _("Không hài lòng")
    MIDDLING = 3, _("Bình thường")
    GOOD = 4, _("Hài lòng")
    VERY_GOOD = 5, _("Rất hài lòng")


SATISFIED = (Score.GOOD, Score.VERY_GOOD)


class Rating(models.Model):
    """What the applicant says of how a case was handled; one a case."""

    case_id = models.UUIDField(primary_key=True, editable=False)
    case_code = models.CharField("mã hồ sơ", max_length=50)
    procedure_name = models.CharField(max_length=200)
    score = models.PositiveSmallIntegerField("mức hài lòng", choices=Score.choices)
    comment = EncryptedJSONField("nhận xét", null=True)
    rated_at = models.DateTimeField("đánh giá lúc")

    class Meta:
        verbose_name = "đánh giá"
        constraints = [
            models.CheckConstraint(
                name="feedback_rating_score", condition=models.Q(score__gte=1, score__lte=5)
            )
        ]


class Petition(models.Model):
    """A complaint or a proposal about the service, with its own deadline and answer.

    ``content`` holds ``subject``, ``text``, ``name``, ``phone`` and ``email``; once it is closed
    also ``answer``.
    """

    class Kind(models.TextChoices):
        """What the person wants."""

        COMPLAINT = "complaint", _("Phản ánh: có việc chưa đúng, chưa tốt")
        PROPOSAL = "proposal", _("Kiến nghị: đề xuất làm khác đi")

    class State(models.TextChoices):
        """How far it has come."""

        OPEN = "open", _("Đang xem xét")
        ANSWERED = "answered", _("Đã trả lời")
        DECLINED = "declined", _("Không xử lý")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    code = models.CharField("mã", max_length=40)
    kind = models.CharField("loại", max_length=10, choices=Kind.choices)
    account_id = models.UUIDField("tài khoản", null=True)
    case_code = models.CharField("về hồ sơ", max_length=50, blank=True)
    content = EncryptedJSONField("nội dung")
    state = models.CharField("tình trạng", max_length=10, choices=State.choices, default=State.OPEN)
    filed_at = models.DateTimeField("gửi lúc")
    due_at = models.DateTimeField("hạn trả lời")
    handler_id = models.UUIDField("người xử lý", null=True)
    handler_name = models.CharField(max_length=100, blank=True)
    closed_at = models.DateTimeField("trả lời lúc", null=True)
    # What the person says of the answer.
    satisfied = models.BooleanField("hài lòng với trả lời", null=True)

    class Meta:
        verbose_name = "phản ánh, kiến nghị"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="feedback_petition_code_once"),
            models.CheckConstraint(
                name="feedback_petition_closed_has_time",
                condition=models.Q(state="open", closed_at=None)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.state == self.State.OPEN

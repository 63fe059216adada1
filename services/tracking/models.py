"""One row a case: where it is and when it is due, without anything that was answered."""

from __future__ import annotations

import uuid6
from django.db import models


class TrackedCase(models.Model):
    """A case as its applicant sees it in a list; written in the transaction that moves it."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    case_id = models.UUIDField()
    commune_code = models.CharField("mã xã", max_length=5)
    code = models.CharField("mã hồ sơ", max_length=50)
    account_id = models.UUIDField("tài khoản", null=True)
    applicant_id_index = models.CharField("chỉ mục số định danh", max_length=32)
    procedure_code = models.CharField(max_length=20)
    procedure_name = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField("trạng thái")
    filed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "hồ sơ theo dõi"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="tracking_code_once"),
            models.UniqueConstraint(fields=["case_id"], name="tracking_case_once"),
        ]
        indexes = [models.Index(fields=["account_id", "-filed_at"], name="tracking_by_account")]

    def __str__(self) -> str:
        return self.code

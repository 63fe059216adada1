"""What the registers of a commune keep: the last number of each series, and issued documents."""

from __future__ import annotations

from typing import ClassVar

import uuid6
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.kit.fields import EncryptedJSONField


class Series(models.Model):
    """The last number given out in one register and year, or in one day's case codes."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    name = models.CharField(_("tên dãy số"), max_length=80)
    last = models.PositiveIntegerField(_("số cuối đã cấp"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="registers_series_name")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"


class Document(models.Model):
    """One paper that the commune issued; its content never changes after the number is given."""

    class Kind(models.TextChoices):
        """What a paper is in the life of a case."""

        RECEIPT_SLIP = "receipt_slip", _("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
        SUPPLEMENT_REQUEST = "supplement_request", _("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
        REFUSAL = "refusal", _("Phiếu từ chối tiếp nhận giải quyết hồ sơ")
        EXTENSION_LETTER = "extension_letter", _("Văn bản xin lỗi và đề nghị gia hạn")
        STOP_NOTICE = "stop_notice", _("Thông báo dừng giải quyết hồ sơ")
        CONTROL_SLIP = "control_slip", _("Phiếu kiểm soát quá trình giải quyết hồ sơ")
        CASE_REGISTER = "case_register", _("Sổ theo dõi hồ sơ")
        FEE_RECEIPT = "fee_receipt", _("Biên lai thu phí, lệ phí")
        REFUND_SLIP = "refund_slip", _("Phiếu hoàn phí, lệ phí")
        DAY_CLOSING = "day_closing", _("Báo cáo thu trong ngày")
        RESULT = "result", _("Kết quả giải quyết")
        REPLY = "reply", _("Văn bản trả lời")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField(_("loại"), max_length=20, choices=Kind.choices)
    template = models.CharField(_("mẫu in"), max_length=20)
    title = models.CharField(_("tên văn bản"), max_length=200)
    register = models.CharField(_("sổ"), max_length=40, blank=True)
    number = models.PositiveIntegerField(_("số"), null=True)
    year = models.PositiveSmallIntegerField(_("năm"))
    notation = models.CharField(_("số, ký hiệu"), max_length=60, blank=True)
    issued_on = models.DateField(_("ngày ban hành"))
    case_id = models.UUIDField(_("hồ sơ"), null=True)
    case_code = models.CharField(_("mã hồ sơ"), max_length=40, blank=True)
    # The signer as they were on the day; a later change of post must not rewrite the paper.
    signer_name = models.CharField(_("người ký"), max_length=120, blank=True)
    signer_title = models.CharField(_("chức vụ người ký"), max_length=120, blank=True)
    content = EncryptedJSONField()
    verification_code = models.CharField(_("mã kiểm tra"), max_length=8)
    file_id = models.UUIDField(_("tệp PDF"), null=True)
    sha256 = models.CharField(_("mã băm của tệp PDF"), max_length=64, blank=True)
    rendered_at = models.DateTimeField(_("lúc tạo tệp PDF"), null=True)
    when_done = models.CharField(_("việc làm tiếp theo"), max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["register", "year", "number"], name="registers_document_number"
            ),
            models.UniqueConstraint(
                fields=["verification_code"], name="registers_document_verification"
            ),
            models.CheckConstraint(
                name="registers_document_number_has_register",
                condition=models.Q(register="", number=None)
                | (~models.Q(register="") & models.Q(number__isnull=False)),
            ),
            models.CheckConstraint(
                name="registers_document_rendered_has_file",
                condition=models.Q(file_id=None, rendered_at=None, sha256="")
                | (
                    models.Q(file_id__isnull=False, rendered_at__isnull=False)
                    & ~models.Q(sha256="")
                ),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["case_id"], name="registers_document_case")]

    def __str__(self) -> str:
        return f"{self.title} {self.notation}".strip()

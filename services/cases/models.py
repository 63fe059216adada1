"""A case and what belongs to it. Nothing here moves a case: ``lifecycle.move_case`` does."""

from __future__ import annotations

from typing import Any

import uuid6
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.files.models import StoredFile
from services.cases.states import (
    CLOSED,
    CaseStatus,
    Channel,
    Outcome,
    Proposal,
    ReturnWay,
    StepKind,
)
from services.catalogue.people import applicant_of
from services.catalogue.registry import get_version
from services.tracking.tracking import identity_digits, phone_digits
from tenants.kit.fields import EncryptedJSONField


class Draft(models.Model):
    """A half-filled form, kept until it is sent, thrown away or out of date.

    ``content`` holds ``answers`` (checked values), ``typed`` (what was last typed on a page
    that did not pass) and ``done`` (keys of the pages that passed).
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    procedure_code = models.CharField(max_length=20)
    procedure_version = models.PositiveIntegerField()
    account_id = models.UUIDField("người điền", null=True)
    official_id = models.UUIDField("cán bộ nhập hộ", null=True)
    content = EncryptedJSONField("nội dung")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    expires_on = models.DateField("giữ đến hết ngày")

    class Meta:
        verbose_name = "hồ sơ chưa nộp"
        indexes = [models.Index(fields=["account_id"], name="cases_draft_by_account")]
        constraints = [
            models.CheckConstraint(
                name="cases_draft_has_one_owner",
                condition=models.Q(account_id__isnull=False) ^ models.Q(official_id__isnull=False),
            )
        ]

    @property
    def answers(self) -> dict[str, Any]:
        """Checked answers by field key."""
        return dict(self.content.get("answers", {}))


class Case(models.Model):
    """A request of one applicant under one procedure version (hồ sơ)."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    code = models.CharField("mã hồ sơ", max_length=50)
    filing_key = models.UUIDField("khóa nộp", help_text="Id of the draft; sending twice is one.")
    procedure_code = models.CharField(max_length=20)
    procedure_version = models.PositiveIntegerField()
    procedure_name = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField("trạng thái", choices=CaseStatus.choices)
    channel = models.CharField("kênh nộp", max_length=10, choices=Channel.choices)
    # The applicant as they were on the day of filing; a later change of profile must not
    # rewrite an official record.
    applicant_name = models.CharField("người nộp", max_length=120)
    applicant_folded = models.CharField(max_length=120)
    applicant_id_index = models.CharField(max_length=32)
    applicant_phone_index = models.CharField(max_length=32, default="", db_default="")
    account_id = models.UUIDField("tài khoản", null=True)
    subject_name = models.CharField("chủ hồ sơ", max_length=120)
    answers = EncryptedJSONField("tờ khai")
    findings = EncryptedJSONField("kết quả thẩm định", null=True)
    fee = models.PositiveIntegerField("phí, lệ phí (đồng)", default=0)
    sets = models.PositiveSmallIntegerField("số bộ hồ sơ", default=1, db_default=1)
    # Row of the year's case register (form 07), given at acceptance.
    register_number = models.PositiveIntegerField("số thứ tự trong sổ", null=True)
    filed_at = models.DateTimeField("nộp lúc")
    accepted_at = models.DateTimeField("tiếp nhận lúc", null=True)
    original_due_at = models.DateTimeField("hẹn trả lần đầu", null=True)
    due_at = models.DateTimeField("hẹn trả", null=True)
    clock_stopped_at = models.DateTimeField("tạm dừng tính hạn từ", null=True)
    supplement_by = models.DateField("hạn bổ sung", null=True)
    extended_at = models.DateTimeField("gia hạn lúc", null=True)
    proposal = models.CharField(
        "đang trình", max_length=10, choices=Proposal.choices, default="", db_default=""
    )
    # Consultations and transfers that were not answered yet.
    open_referrals = models.PositiveSmallIntegerField("việc chờ trả lời", default=0, db_default=0)
    # How many rungs of the procedure's ladder of warnings were told for the present step.
    warned = models.PositiveSmallIntegerField("mức đã nhắc", default=0, db_default=0)
    decided_at = models.DateTimeField("quyết định lúc", null=True)
    outcome = models.CharField("kết quả", max_length=10, choices=Outcome.choices, blank=True)
    finished_at = models.DateTimeField("xử lý xong lúc", null=True)
    returned_at = models.DateTimeField("trả kết quả lúc", null=True)
    return_way = models.CharField(
        "cách nhận kết quả", max_length=10, choices=ReturnWay.choices, default="", db_default=""
    )
    receiver_name = models.CharField("người nhận", max_length=120, default="", db_default="")
    # The picture of what the receiver signed on the counter's screen.
    signature_file_id = models.UUIDField("chữ ký người nhận", null=True)
    step_position = models.PositiveSmallIntegerField("bước", default=0)
    step_name = models.CharField(max_length=60)
    step_role = models.CharField(max_length=15)
    step_due_at = models.DateTimeField("hạn của bước", null=True)
    handler_id = models.UUIDField("người giữ", null=True)
    handler_name = models.CharField(max_length=100, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "hồ sơ"
        indexes = [
            models.Index(fields=["status", "due_at"], name="cases_case_by_status"),
            models.Index(fields=["accepted_at"], name="cases_case_by_acceptance"),
            models.Index(
                fields=["applicant_id_index"],
                name="cases_case_by_identity",
                condition=~models.Q(applicant_id_index=""),
            ),
            models.Index(
                fields=["applicant_phone_index"],
                name="cases_case_by_phone",
                condition=~models.Q(applicant_phone_index=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="cases_case_code_once"),
            models.UniqueConstraint(fields=["filing_key"], name="cases_case_filed_once"),
            models.CheckConstraint(
                name="cases_case_accepted_has_due",
                condition=models.Q(accepted_at=None, due_at=None)
                | models.Q(accepted_at__isnull=False, due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_case_returned_has_date",
                condition=models.Q(status=CaseStatus.RETURNED, returned_at__isnull=False)
                | (~models.Q(status=CaseStatus.RETURNED) & models.Q(returned_at=None)),
            ),
            models.CheckConstraint(
                name="cases_case_finished_is_decided",
                condition=~models.Q(status__in=[CaseStatus.RESULT_READY, CaseStatus.RETURNED])
                | models.Q(decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def applicant_national_id(self) -> str:
        """The identity number that ``applicant_id_index`` is made of; empty when none was given."""
        definition = get_version(self.procedure_code, self.procedure_version)
        return identity_digits(applicant_of(definition, self.answers).national_id)

    @property
    def applicant_phone(self) -> str:
        """The number that ``applicant_phone_index`` is made of; empty when none was given."""
        definition = get_version(self.procedure_code, self.procedure_version)
        return phone_digits(applicant_of(definition, self.answers).phone)

    @property
    def state(self) -> CaseStatus:
        """The status as its enumeration, with its Vietnamese label."""
        return CaseStatus(self.status)

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done for it."""
        return self.state not in CLOSED


class CaseStep(models.Model):
    """One step of a case's way through the offices, with who had it and when."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=15)
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    official_name = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=15, blank=True)

    class Meta:
        verbose_name = "bước giải quyết"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="cases_casestep_once")
        ]


class CopyKind(models.TextChoices):
    """What was handed in: the paper itself, a certified copy, a plain copy, or a data file."""

    ORIGINAL = "original", _("Bản chính")
    CERTIFIED = "certified", _("Bản chứng thực")
    COPY = "copy", _("Bản chụp")
    ELECTRONIC = "electronic", _("Bản điện tử")


class Attachment(models.Model):
    """A file given for one required paper of a draft, and later of its case."""

    class Source(models.TextChoices):
        """Where the file came from."""

        GIVEN = "given", _("người nộp gửi")
        SCANNED = "scanned", _("quét tại quầy")
        PAPER = "paper", _("dùng lại giấy đã nộp")
        RESULT = "result", _("kết quả đã cấp")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    owner_id = models.UUIDField("hồ sơ hoặc bản nháp")
    paper_key = models.CharField(max_length=40)
    copy_kind = models.CharField(
        max_length=10, choices=CopyKind.choices, default=CopyKind.ELECTRONIC
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, db_index=False)
    name = models.CharField("tên tệp người nộp đặt", max_length=120)
    added_at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(
        max_length=10, choices=Source.choices, default=Source.GIVEN, db_default=Source.GIVEN
    )
    # The earlier paper (Attachment) or result (Document) that is used again, and its case.
    source_id = models.UUIDField(null=True)
    source_code = models.CharField(max_length=50, default="", db_default="")

    class Meta:
        verbose_name = "tệp nộp"
        indexes = [models.Index(fields=["owner_id"], name="cases_attachment_owner")]


class PaperCount(models.Model):
    """How many sheets of one required paper were handed in at the counter, by kind of copy."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    owner_id = models.UUIDField("hồ sơ hoặc bản nháp")
    paper_key = models.CharField(max_length=40)
    original = models.PositiveSmallIntegerField("bản chính", default=0)
    certified = models.PositiveSmallIntegerField("bản chứng thực", default=0)
    copy = models.PositiveSmallIntegerField("bản chụp", default=0)

    class Meta:
        verbose_name = "số lượng giấy tờ"
        constraints = [
            models.UniqueConstraint(fields=["owner_id", "paper_key"], name="cases_papercount_once")
        ]


class PageNote(models.Model):
    """What an official wrote on one page of a paper, for colleagues."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, db_index=False)
    page = models.PositiveSmallIntegerField("trang")
    content = EncryptedJSONField("ghi chú")
    official_id = models.UUIDField("người ghi")
    official_name = models.CharField(max_length=100)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "ghi chú trên giấy tờ"
        indexes = [models.Index(fields=["case"], name="cases_pagenote_case")]


class Referral(models.Model):
    """A question to another department, or a part of the work given to another agency.

    ``content`` holds ``question`` and, once it came, ``answer``.
    """

    class Kind(models.TextChoices):
        """Whether advice is asked for inside the commune or another agency does a part."""

        CONSULT = "consult", _("Lấy ý kiến phòng khác")
        TRANSFER = "transfer", _("Chuyển cơ quan khác giải quyết")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    department_id = models.UUIDField("phòng được hỏi", null=True)
    to_name = models.CharField("nơi nhận", max_length=150)
    content = EncryptedJSONField("nội dung")
    sent_by = models.CharField(max_length=100)
    sent_at = models.DateTimeField()
    due_at = models.DateTimeField("hạn trả lời")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "phối hợp giải quyết"
        ordering = ["sent_at"]

    @property
    def is_open(self) -> bool:
        """Whether the answer is still waited for."""
        return self.answered_at is None and self.withdrawn_at is None


class SavedView(models.Model):
    """A way an official looks at the work list, kept under a name; ``query`` is its address."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    official_id = models.UUIDField("của")
    name = models.CharField("tên", max_length=60)
    query = models.CharField(max_length=400)

    class Meta:
        verbose_name = "cách xem đã lưu"
        constraints = [
            models.UniqueConstraint(fields=["official_id", "name"], name="cases_savedview_once")
        ]

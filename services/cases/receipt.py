"""What the receipt slip (form 01) says of papers, of the result's way and of what is to be paid."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from services.cases.drafts import attachments_of
from services.cases.models import Attachment, Case, CopyKind, PaperCount
from services.cases.states import Channel, ReturnWay
from services.catalogue.schema import Paper, ProcedureDefinition
from services.payments.charges import is_asked, payments_of
from services.payments.receiver import get_receiver
from services.payments.vietqr import plain_purpose, vietqr_text
from tenants.communes.current import current_commune
from tenants.communes.hosts import commune_url
from tenants.organisation.models import Letterhead

COUNTED = (CopyKind.ORIGINAL.value, CopyKind.CERTIFIED.value, CopyKind.COPY.value)


def filed_text(case: Case) -> str:
    """What stands for the signature of an applicant who was not at the counter."""
    filed = f"{timezone.localtime(case.filed_at):%H:%M %d/%m/%Y}"
    if case.channel == Channel.ONLINE:
        return f"Nộp trực tuyến lúc {filed}"
    if case.channel == Channel.POST:
        return f"Nộp qua bưu chính, nhận lúc {filed}"
    return ""


def collect_text(case: Case, letterhead: Letterhead) -> str:
    """Where and how the result comes to the applicant, as they asked for it."""
    site = commune_url(current_commune(), "/")
    counter = f"tại {letterhead.centre_name}"
    if case.return_way == ReturnWay.ONLINE:
        return f"Bản điện tử tại {site}"
    if case.return_way == ReturnWay.POST:
        return "Gửi qua bưu chính đến địa chỉ của người nộp"
    if case.channel == Channel.ONLINE:
        return f"Bản điện tử tại {site}; bản giấy {counter}"
    return f"Bản giấy {counter}"


def transfer_code(case: Case) -> dict[str, Any] | None:
    """The VietQR code for what the case still owes; None when nothing can be paid by transfer."""
    payment = next((one for one in payments_of(case.pk) if is_asked(one)), None)
    receiver = get_receiver()
    if payment is None or not receiver.has_account:
        return None
    purpose = plain_purpose(payment.reference)
    return {
        "payload": vietqr_text(
            bank_bin=receiver.bank_bin,
            account_number=receiver.account_number,
            amount=payment.amount,
            purpose=purpose,
        ),
        "amount": payment.amount,
        "account_name": receiver.account_holder,
        "account_number": receiver.account_number,
        "bank_name": receiver.bank_name,
        "message": purpose,
    }


def paper_rows(case: Case, definition: ProcedureDefinition) -> list[dict[str, Any]]:
    """One row a paper that was handed in, with sheets by kind; the form itself comes first.

    What was counted at the counter goes before what files say of themselves.
    """
    form = f"Tờ khai {definition.short_name} (biểu mẫu điện tử)"
    rows: list[dict[str, Any]] = [
        {"name": form, **dict.fromkeys(COUNTED, ""), CopyKind.ELECTRONIC.value: 1}
    ]
    given: dict[str, list[Attachment]] = {}
    for attachment in attachments_of(case.pk):
        given.setdefault(attachment.paper_key, []).append(attachment)
    counts = {count.paper_key: count for count in PaperCount.objects.filter(owner_id=case.pk)}
    rows.extend(
        _row(paper, given.get(paper.key, []), counts.get(paper.key))
        for paper in definition.papers
        if paper.key in given or paper.key in counts
    )
    return rows


def _row(paper: Paper, given: list[Attachment], counted: PaperCount | None) -> dict[str, Any]:
    sheets = {kind.value: 0 for kind in CopyKind}
    for attachment in given:
        sheets[attachment.copy_kind] += 1
    if counted is not None:
        # A scan is a picture of a sheet that lies in the count already.
        sheets |= {kind: getattr(counted, kind) for kind in COUNTED}
    return {"name": paper.name, **{kind: count or "" for kind, count in sheets.items()}}

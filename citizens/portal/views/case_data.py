"""All that a commune holds of one's own case, as a file for machines and people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from citizens.portal.views.case import is_out
from citizens.portal.views.common import account_of
from citizens.portal.views.parked import keeps_typed
from services.cases.access import get_case_for_applicant
from services.cases.delivery import RESULT_KINDS, documents_of
from services.cases.drafts import attachments_of
from services.cases.intake import definition_of
from services.cases.models import Case
from services.cases.story import tell
from services.catalogue.forms.summary import summary
from tenants.accounts.tries import take
from tenants.communes.current import current_commune
from tenants.history.events import Actor, events_of
from tenants.history.sights import DATA_SAVED, record_opening
from tenants.kit.export import json_response

FORM = "xaso.case-data.1"
DOWNLOADS, PER_SECONDS = 30, 60 * 60
_SCOPE = "case.data"

EXPLANATIONS: dict[str, str | Promise] = {
    "format": gettext_lazy("tên và bản của cách ghi tệp này"),
    "made_at": gettext_lazy("lúc làm ra tệp này"),
    "commune": gettext_lazy("xã, phường, đặc khu giải quyết hồ sơ"),
    "case": gettext_lazy("hồ sơ: mã, thủ tục, người nộp, các mốc thời gian"),
    "answers": gettext_lazy("những gì đã ghi trong tờ khai, theo tên ô"),
    "pages": gettext_lazy("tờ khai như người đọc thấy, từng trang: câu hỏi và câu trả lời"),
    "papers": gettext_lazy("giấy tờ đã nộp, kèm mã băm SHA-256 của tệp"),
    "documents": gettext_lazy("văn bản xã đã gửi và kết quả đã phát hành"),
    "history": gettext_lazy("những gì đã diễn ra: lúc nào, ai, làm gì"),
}


@require_safe
@keeps_typed
def case_data(request: HttpRequest, code: str) -> HttpResponseBase:
    """The data of one case; the papers and documents themselves are on its page."""
    account = account_of(request)
    case = get_case_for_applicant(account, code)
    if not take(_SCOPE, str(account.pk), DOWNLOADS, PER_SECONDS):
        messages.warning(request, _("Anh/chị đã tải nhiều lần rồi. Xin thử lại sau một giờ."))
        return redirect("my-case", code=case.code)
    if request.method == "GET":
        record_opening(
            verb=DATA_SAVED,
            subject_id=case.pk,
            what=case.pk,
            actor=Actor.citizen(account),
            details={"case": case.code},
        )
    explained = {key: str(text) for key, text in EXPLANATIONS.items()}
    document = data_of(case) | {"explanations": explained}
    return json_response(document, name=f"ho-so-{case.code}.json")


def data_of(case: Case) -> dict[str, Any]:
    """What the applicant may know of a case, by the keys of `EXPLANATIONS`."""
    commune = current_commune()
    pages = summary(definition_of(case), case.answers)
    return {
        "format": FORM,
        "made_at": timezone.localtime(),
        "commune": {"code": commune.code, "name": commune.full_name},
        "case": _case(case),
        "answers": case.answers,
        "pages": [
            {"title": page.title, "answers": [list(pair) for pair in page.rows]} for page in pages
        ],
        "papers": _papers(case),
        "documents": _documents(case),
        "history": [
            {"at": line.at, "who": line.who, "what": line.text, "note": line.note}
            for line in tell(events_of(case.pk), for_applicant=True)
        ],
    }


def _case(case: Case) -> dict[str, Any]:
    times = ("filed_at", "accepted_at", "due_at", "decided_at", "finished_at", "returned_at")
    moments = {name: getattr(case, name) for name in times}
    return {
        "code": case.code,
        "procedure_code": case.procedure_code,
        "procedure_version": case.procedure_version,
        "procedure": case.procedure_name,
        "state": str(case.state.label),
        "channel": case.get_channel_display(),
        "applicant": case.applicant_name,
        "subject": case.subject_name,
        "fee_dong": case.fee,
        "outcome": case.get_outcome_display() if _is_released(case) else "",
        **{name: at and timezone.localtime(at) for name, at in moments.items()},
    }


def _is_released(case: Case) -> bool:
    """Whether the decision is the applicant's to know."""
    return case.finished_at is not None


def _papers(case: Case) -> list[dict[str, Any]]:
    names = {paper.key: paper.name for paper in definition_of(case).papers}
    return [
        {
            "paper": names.get(given.paper_key, ""),
            "file_name": given.name,
            "kind": given.file.kind,
            "bytes": given.file.size,
            "sha256": given.file.sha256,
            "given_at": timezone.localtime(given.added_at),
        }
        for given in attachments_of(case.pk)
    ]


def _documents(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "title": issued.title,
            "notation": issued.notation,
            "issued_on": issued.issued_on,
            "signer": issued.signer_name,
            "verification_code": issued.verification_code,
            "sha256": issued.sha256,
        }
        for issued in documents_of(case)
        if issued.kind not in RESULT_KINDS or is_out(case, issued)
    ]

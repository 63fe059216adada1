"""Papers that come later: scanned into a case at the counter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from documents.files.errors import FileRefused
from services.cases.access import get_case_for_official
from services.cases.errors import CaseError
from services.cases.models import CopyKind
from services.cases.scanning import add_scanned_paper, papers_to_add
from services.reception.views.common import hall_page
from tenants.organisation.desk_access import DeskRequest, desk_view


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def add_paper(request: DeskRequest, code: str) -> HttpResponse:
    """Choose the paper, scan or photograph it, and put it into the case."""
    case = get_case_for_official(request.official, code)
    chosen = request.POST.get("paper", "")
    errors: list[str] = []
    if request.method == "POST":
        files = request.FILES.getlist("scan")
        kind = request.POST.get("kind", "")
        if not files:
            errors.append(_("Chọn tệp quét hoặc chụp ảnh giấy tờ trước khi thêm."))
        for upload in files:
            try:
                add_scanned_paper(
                    case=case,
                    official=request.official,
                    paper_key=chosen,
                    upload=upload,
                    copy_kind=kind if kind in CopyKind.values else CopyKind.COPY,
                )
            except (FileRefused, CaseError) as error:
                errors.append(f"{upload.name}: {error}")
        if not errors:
            messages.success(request, _("Đã thêm giấy tờ vào hồ sơ."))
            return redirect("desk-case", code=case.code)
    context: dict[str, Any] = {
        "case": case,
        "papers": papers_to_add(case),
        "copy_kinds": CopyKind.choices,
        "chosen": chosen,
        "errors": errors,
    }
    return hall_page(request, "add_paper", context, current="", status=422 if errors else 200)

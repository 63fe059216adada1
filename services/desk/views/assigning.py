"""Giving one case to a colleague, or back to its step."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from services.cases.access import get_case_for_official
from services.cases.assigning import able_for, assign_case, colleagues, may_assign
from services.cases.errors import CaseError
from services.cases.lifecycle import seen_token
from services.desk.views.common import desk_page, done, not_allowed, seen_by
from tenants.organisation.desk_access import DeskRequest, desk_view

TO_THE_STEP = "buoc"


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def assign(request: DeskRequest, code: str) -> HttpResponse:
    """Choose who has the case from now on."""
    official = request.official
    case = get_case_for_official(official, code)
    if not may_assign(case, official):
        return not_allowed(request, case, official)
    able, problem = able_for(case, colleagues()), ""
    if request.method == "POST":
        wanted = request.POST.get("cho", "")
        to = next((one for one in able if str(one.pk) == wanted), None)
        try:
            if to is None and wanted != TO_THE_STEP:
                problem = _("Chọn người nhận hồ sơ.")
            else:
                case = assign_case(case=case, official=official, to=to, seen=seen_by(request))
                said = (
                    _("Đã giao cho %(name)s.") % {"name": to.name} if to else _("Đã trả về bước.")
                )
                return done(request, official, case, said)
        except CaseError as error:
            problem = str(error)
            case = get_case_for_official(official, code)
    context = {"case": case, "colleagues": able, "problem": problem, "seen": seen_token(case)}
    status = 422 if problem else 200
    return desk_page(request, official, "services/desk/assign.html", context, status=status)

"""Taking one's own case back: alone before it is accepted, afterwards by asking."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citizens.portal.views.common import account_of, personal_page
from citizens.portal.views.parked import forget_parked, keeps_typed, unpark
from services.cases.access import get_case_for_applicant
from services.cases.errors import CaseError, ReasonMissing
from services.cases.withdrawal import (
    ask_withdrawal,
    may_ask_withdrawal,
    may_withdraw,
    withdraw_case,
)

REASON_LENGTH = 500


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def withdraw(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take the case back, or ask for it where somebody accepted it already."""
    account = account_of(request)
    case = get_case_for_applicant(account, code)
    parked = unpark(request) if request.method == "GET" else None
    typed = (parked or request.POST).get("reason", "")[:REASON_LENGTH]
    alone, problem = may_withdraw(case), ""
    if request.method == "POST":
        forget_parked(request)
        call = withdraw_case if alone else ask_withdrawal
        try:
            call(case=case, account=account, reason=typed)
        except ReasonMissing:
            problem = _("Ghi lý do xin rút để lãnh đạo xem xét.")
        except CaseError as error:
            messages.warning(request, str(error))
            return redirect("my-case", code=case.code)
        else:
            said = _("Đã rút hồ sơ.") if alone else _("Đã gửi đề nghị rút hồ sơ, chờ trả lời.")
            messages.success(request, said)
            return redirect("my-case", code=case.code)
    context = {
        "case": case,
        "alone": alone,
        "may_ask": may_ask_withdrawal(case),
        "typed": typed,
        "problem": problem,
        "place": "my-cases",
    }
    status = 422 if problem else 200
    return personal_page(request, "citizens/portal/my_case_withdraw.html", context, status)

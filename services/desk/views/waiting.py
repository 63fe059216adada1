"""What a case waits for besides its own step: a payment, advice, another agency's part."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from services.cases.access import get_case_for_official
from services.cases.actions import CONFIRM_PAYMENT, REFER, REQUIRE_PAYMENT, Action
from services.cases.errors import CaseError
from services.cases.models import Case, Referral
from services.cases.obligations import confirm_payment, require_payment
from services.cases.referrals import answer_referral, may_answer, refer_case, withdraw_referral
from services.desk.move_forms import PaymentForm, ReferForm, WordsForm
from services.desk.views.common import done, refused, seen_by
from services.desk.views.move_page import Move, move_page
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import Department

ANSWER_REFERRAL = Action("referral-answer", gettext_lazy("Ghi trả lời phối hợp"))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def require_payment_view(request: DeskRequest, code: str) -> HttpResponse:
    """Let the case wait until its applicant has paid."""
    official = request.official
    case = get_case_for_official(official, code)
    form = PaymentForm(request.POST or None)

    def act(seen: str) -> Case:
        return require_payment(
            case=case,
            official=official,
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            elsewhere=form.elsewhere,
            seen=seen,
        )

    move = Move(
        REQUIRE_PAYMENT,
        act,
        said=_("Đã yêu cầu nộp tiền, hồ sơ chờ người nộp."),
        then=_(
            "Người nộp được báo số tiền và lý do. Hồ sơ chờ đến khi nộp đủ; thời gian chờ không "
            "tính vào thời hạn giải quyết."
        ),
    )
    return move_page(request, case, form, move)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def confirm_payment_view(request: DeskRequest, code: str) -> HttpResponse:
    """Write down the proof that what another office collects is paid."""
    official = request.official
    case = get_case_for_official(official, code)
    form = WordsForm(
        request.POST or None,
        label=_("Chứng từ đã xem"),
        missing=_("Ghi số, ngày và nơi thu của chứng từ."),
        hint=_("Ví dụ: Giấy nộp tiền số 0012345 ngày 20/11/2026, Kho bạc Nhà nước khu vực I."),
    )

    def act(seen: str) -> Case:
        return confirm_payment(case=case, official=official, note=form.text(), seen=seen)

    move = Move(
        CONFIRM_PAYMENT,
        act,
        said=_("Đã ghi chứng từ, hồ sơ được làm tiếp."),
        then=_("Hồ sơ được giải quyết tiếp ngay, thời hạn tính tiếp từ bây giờ."),
    )
    return move_page(request, case, form, move)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def refer_view(request: DeskRequest, code: str) -> HttpResponse:
    """Ask a department, or give a part of the work to another agency."""
    official = request.official
    case = get_case_for_official(official, code)
    departments = [one for one in Department.objects.all() if one.pk != official.department_id]
    form = ReferForm(request.POST or None, departments=departments)

    def act(seen: str) -> Case:
        return refer_case(
            case=case,
            official=official,
            question=form.cleaned_data["question"],
            days=form.cleaned_data["days"],
            department=form.department(),
            agency=form.cleaned_data["agency"],
            seen=seen,
        )

    move = Move(
        REFER,
        act,
        said=_("Đã gửi đề nghị phối hợp."),
        then=_(
            "Phòng được hỏi tự ghi trả lời vào hồ sơ; trả lời của cơ quan ngoài do người giữ bước "
            "này ghi. Có trả lời, hoặc rút lại đề nghị, thì mới xong được bước. Thời hạn vẫn tính."
        ),
    )
    return move_page(request, case, form, move)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def answer_referral_view(request: DeskRequest, code: str, referral_id: UUID) -> HttpResponse:
    """Write down what was answered."""
    official = request.official
    case = get_case_for_official(official, code)
    referral = get_object_or_404(Referral, pk=referral_id, case_id=case.pk)
    form = WordsForm(
        request.POST or None,
        label=_("Nội dung trả lời"),
        missing=_("Ghi nội dung trả lời."),
    )

    def act(seen: str) -> Case:
        return answer_referral(
            case=case, referral_id=referral.pk, official=official, answer=form.text(), seen=seen
        )

    def may(case: Case) -> bool:
        return case.is_open and referral.is_open and may_answer(case, referral, official)

    move = Move(
        ANSWER_REFERRAL,
        act,
        said=_("Đã ghi trả lời phối hợp."),
        then=_("Người giữ hồ sơ đọc trả lời này và làm tiếp; ghi rồi thì không sửa được."),
        may=may,
    )
    return move_page(request, case, form, move, question=referral)


@require_POST
@desk_view
def withdraw_referral_view(request: DeskRequest, code: str, referral_id: UUID) -> HttpResponse:
    """Take a question back."""
    official = request.official
    case = get_case_for_official(official, code)
    if not Referral.objects.filter(pk=referral_id, case_id=case.pk).exists():
        raise Http404
    try:
        case = withdraw_referral(
            case=case, referral_id=referral_id, official=official, seen=seen_by(request)
        )
    except CaseError as error:
        return refused(request, case, error)
    return done(request, official, case, _("Đã rút lại đề nghị phối hợp."))

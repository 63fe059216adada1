"""The money of one case at the desk: cash, transfers, waivers, refunds.

Whoever sees the case sees its money; only who collects (reception, clerk) does anything with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from documents.registers.models import Document
from services.cases.access import get_case_for_official
from services.cases.models import Case
from services.catalogue.fees import fee_terms
from services.catalogue.registry import get_version
from services.desk.fee_forms import CashForm, RefundForm, TransferForm, WaiveForm
from services.desk.views.common import desk_page
from services.payments.adjusting import waive
from services.payments.asking import transfer_of
from services.payments.booking import confirm_transfer, take_cash
from services.payments.charges import charges_of, due_of, payments_of
from services.payments.errors import PaymentError
from services.payments.models import Charge, Payment, Refund
from services.payments.receiver import COLLECTORS, collector
from services.payments.refunds import ask_refund, decline_refund, make_refund
from tenants.communes.current import current_commune
from tenants.kit.templatetags.money import money as money_text
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.powers import powers_of

MONEY_PAPERS = (Document.Kind.FEE_RECEIPT, Document.Kind.REFUND_SLIP)


@require_safe
@desk_view
def money(request: DeskRequest, code: str) -> HttpResponse:
    """What a case owes, what came, and what may be done about it."""
    return _page(request, get_case_for_official(request.official, code))


@require_POST
@desk_view
def cash(request: DeskRequest, code: str) -> HttpResponse:
    """Take cash for all that is due."""
    case = get_case_for_official(request.official, code)
    form = CashForm(request.POST)

    def take() -> str:
        payment = take_cash(
            case_id=case.pk,
            case_code=case.code,
            due=form.cleaned_data["due"],
            given=form.cleaned_data["given"],
            official=request.official,
        )
        change = (payment.given or 0) - payment.amount
        if not change:
            return _("Đã thu tiền mặt, biên lai ở ngay dưới đây.")
        return _("Đã thu tiền mặt. Trả lại khách %(change)s.") % {"change": money_text(change)}

    return _done(request, case, form, take, cash_form=form)


@require_POST
@desk_view
def transfer(request: DeskRequest, code: str) -> HttpResponse:
    """Confirm a transfer by the bank's number."""
    case = get_case_for_official(request.official, code)
    form = TransferForm(request.POST)

    def confirm() -> str:
        confirm_transfer(
            case_id=case.pk,
            case_code=case.code,
            due=form.cleaned_data["due"],
            number=form.cleaned_data["number"],
            official=request.official,
        )
        return _("Đã ghi nhận chuyển khoản, biên lai ở ngay dưới đây.")

    return _done(request, case, form, confirm, transfer_form=form)


@require_POST
@desk_view
def waive_fee(request: DeskRequest, code: str) -> HttpResponse:
    """Waive or lower a fee on a ground."""
    case = get_case_for_official(request.official, code)
    form = WaiveForm(request.POST)

    def lower() -> str:
        charge = _own(Charge, case, form.cleaned_data["charge"])
        amount = form.cleaned_data["amount"] or 0
        if amount >= charge.amount:
            raise NotLess
        waive(
            charge=charge,
            amount=amount,
            ground=form.cleaned_data["ground"],
            by=collector(request.official),
        )
        return _("Đã ghi miễn, giảm. Số phải nộp và mã QR đã đổi theo.")

    return _done(request, case, form, lower, waive_form=form)


@require_POST
@desk_view
def refund(request: DeskRequest, code: str) -> HttpResponse:
    """Ask that money goes back."""
    case = get_case_for_official(request.official, code)
    form = RefundForm(request.POST)

    def ask() -> str:
        ask_refund(
            payment=_own(Payment, case, form.cleaned_data["payment"]),
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            method=form.cleaned_data["method"],
            official=request.official,
        )
        return _("Đã ghi đề nghị hoàn. Hoàn xong thì bấm Đã hoàn để in phiếu.")

    return _done(request, case, form, ask, refund_form=form)


@require_POST
@desk_view
def settle_refund(request: DeskRequest, code: str, refund_id: UUID) -> HttpResponse:
    """Say that the money went back, or that it will not (``decline``)."""
    case = get_case_for_official(request.official, code)
    found = Refund.objects.filter(pk=refund_id, payment__case_id=case.pk).first()
    if found is None:
        raise Http404
    words = request.POST.get("words", "")[:150]
    try:
        if "decline" in request.POST:
            decline_refund(refund=found, official=request.official, reason=words)
            messages.success(request, _("Đã ghi không hoàn."))
        else:
            make_refund(refund=found, official=request.official, number=words)
            messages.success(request, _("Đã hoàn, phiếu hoàn ở ngay dưới đây."))
    except PaymentError as error:
        messages.warning(request, str(error))
    return redirect("desk-fees", code=case.code)


class NotLess(PaymentError):
    """A fee was to be lowered to what it is, or more."""

    def __init__(self) -> None:
        super().__init__(_("Số còn phải nộp phải ít hơn mức đang thu. Để trống nếu miễn hết."))


def _own(model: type[Any], case: Case, key: UUID) -> Any:
    """A charge or payment of this case, else 404."""
    found = model.objects.filter(pk=key, case_id=case.pk).first()
    if found is None:
        raise Http404
    return found


def _done(
    request: DeskRequest, case: Case, form: forms.Form, act: Callable[[], str], **forms_sent: Any
) -> HttpResponse:
    """Do what a form asks and say so; else the page again with what was typed and what is wrong."""
    if form.is_valid():
        try:
            messages.success(request, act())
            return redirect("desk-fees", code=case.code)
        except PaymentError as error:
            form.add_error(None, str(error))
    return _page(request, case, status=422, **forms_sent)


def _page(
    request: DeskRequest, case: Case, status: int = 200, **forms_sent: forms.Form
) -> HttpResponse:
    official = request.official
    charges, payments = charges_of(case.pk), payments_of(case.pk)
    due = due_of(charges, payments)
    definition = get_version(case.procedure_code, case.procedure_version)
    refunds = list(Refund.objects.filter(payment__case_id=case.pk).select_related("payment"))
    papers = Document.objects.defer("content").filter(case_id=case.pk, kind__in=MONEY_PAPERS)
    context: dict[str, Any] = {
        "case": case,
        "charges": charges,
        "payments": [one for one in payments if one.state != Payment.State.CANCELLED],
        "due_amount": due,
        "ask": transfer_of(charges, payments),
        "refunds": refunds,
        "refundable": [one for one in payments if one.refundable],
        "papers": list(papers.order_by("id")),
        "collects": powers_of(official).has_role(*COLLECTORS),
        "grounds": fee_terms(definition, current_commune().province_code).at_counter,
        "cash_form": CashForm(initial={"due": due, "given": f"{due:,}".replace(",", ".")}),
        "transfer_form": TransferForm(initial={"due": due}),
        "waive_form": WaiveForm(),
        "refund_form": RefundForm(),
    }
    context |= forms_sent
    context["wrong"] = next(iter(forms_sent.values()), None)
    return desk_page(
        request, official, "services/desk/fees.html", context, current="fees", status=status
    )

"""The cash desk's day: what came in by way and by person, its closing, and where money goes.

Reception and clerk collect and close; a leader or administrator looks on and sets the account.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents.files.models import StoredFile
from documents.files.serving import file_response
from documents.registers.models import Document
from documents.rendering.html import render_html
from services.desk.fee_forms import ClosingForm, ReceiverForm
from services.desk.views.common import desk_page
from services.payments.contents import method_text
from services.payments.days import close_day, receipt_numbers, totals_of, unclosed_days
from services.payments.errors import PaymentError
from services.payments.gateways import GATEWAYS
from services.payments.models import CollectionDay, Payment, Refund
from services.payments.receiver import COLLECTORS, OVERSEERS, get_receiver, set_receiver
from tenants.kit.export import FORMATS, export_response
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.powers import powers_of
from tenants.organisation.signing import signing_view, typed_before

CURRENT = "fees"
FIRST_DAY = datetime.date(2020, 1, 1)
State = Payment.State
View = Callable[..., HttpResponseBase]


def view_for(*roles: str) -> Callable[[View], View]:
    """A page of the desk for these roles; for the others it does not exist."""

    def marked(view: View) -> View:
        @wraps(view)
        def checked(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not powers_of(request.official).has_role(*roles):
                raise Http404
            return view(request, *args, **kwargs)

        return desk_view(checked)

    return marked


@require_safe
@view_for(*COLLECTORS, *OVERSEERS)
def day(request: DeskRequest) -> HttpResponse:
    """One day of the cash desk, today unless another is asked for (``ngay``)."""
    return _page(request, _asked_day(request.GET.get("ngay", "")))


@require_POST
@view_for(*COLLECTORS)
def close(request: DeskRequest) -> HttpResponse:
    """Close a day with the cash that was counted."""
    form = ClosingForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data["day"]
        try:
            close_day(
                day=asked,
                counted=form.cleaned_data["counted"],
                reason=form.cleaned_data["reason"],
                official=request.official,
            )
        except PaymentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã chốt ngày thu, báo cáo ở ngay dưới đây."))
            return redirect(_address(asked))
    return _page(request, _asked_day(request.POST.get("day", "")), form, status=422)


@require_safe
@view_for(*COLLECTORS, *OVERSEERS)
def save(request: DeskRequest, format: str) -> HttpResponseBase:
    """A day's payments and refunds as a table."""
    if format not in FORMATS:
        raise Http404
    asked = _asked_day(request.GET.get("ngay", ""))
    totals = totals_of(asked)
    numbers = receipt_numbers(totals.payments)
    rows: list[list[Any]] = [
        [
            one.paid_at,
            numbers.get(one.receipt_id, ""),
            one.case_code,
            one.payer_name,
            method_text(one),
            one.official_name,
            one.amount,
        ]
        for one in totals.payments
    ]
    rows += [
        [
            one.done_at,
            "",
            one.payment.case_code,
            one.payment.payer_name,
            _("Hoàn trả"),
            one.official_name,
            -one.amount,
        ]
        for one in totals.refunds
    ]
    titles = [
        _("Lúc"),
        _("Số biên lai"),
        _("Mã hồ sơ"),
        _("Người nộp"),
        _("Hình thức"),
        _("Người thu"),
        _("Số tiền (đồng)"),
    ]
    return export_response(
        name=f"thu-phi-{asked:%Y-%m-%d}", columns=titles, rows=rows, format=format
    )


@require_safe
@view_for(*COLLECTORS, *OVERSEERS)
def report(request: DeskRequest, report_id: UUID) -> HttpResponseBase:
    """The report of a closed day: its PDF, until that is there its page."""
    kind = Document.Kind.DAY_CLOSING
    document = Document.objects.filter(pk=report_id, kind=kind).first()
    if document is None:
        raise Http404
    if document.file_id is None:
        response = HttpResponse(render_html(document, preview=True))
        response["Cache-Control"] = "no-store"
        return response
    stored = StoredFile.objects.get(pk=document.file_id)
    return file_response(stored, name=f"{document.title}.pdf", inline=True)


@require_http_methods(["GET", "HEAD", "POST"])
@view_for(*OVERSEERS)
@signing_view
def receiver(request: DeskRequest) -> HttpResponse:
    """Where fees go. Whoever changes an account shows the second factor anew, as for signing."""
    typed = typed_before(request)
    form = ReceiverForm.of(get_receiver())
    if typed is not None:
        form = ReceiverForm(typed)
    elif request.method == "POST":
        form = ReceiverForm(request.POST)
        if form.is_valid():
            set_receiver(
                official=request.official,
                values=form.values(),
                secrets={"vnpay": form.cleaned_data["vnpay_secret"]},
            )
            messages.success(request, _("Đã lưu. Mã QR trên hồ sơ dùng tài khoản này từ bây giờ."))
            return redirect("desk-receiver")
    wrong = request.method == "POST" and not form.is_valid()
    host = request.build_absolute_uri(reverse("vnpay-notice"))
    context = {"form": form, "notice_address": host}
    return desk_page(
        request,
        request.official,
        "services/desk/receiver.html",
        context,
        current=CURRENT,
        status=422 if wrong else 200,
    )


def _asked_day(text: str) -> datetime.date:
    """The day that is asked for; today for none, and for what is no day of a cash desk."""
    today = timezone.localdate()
    try:
        asked = parse_date(text[:10]) or today
    except ValueError:
        return today
    return asked if FIRST_DAY <= asked <= today + datetime.timedelta(days=366) else today


def _address(asked: datetime.date) -> str:
    return f"{reverse('desk-collecting')}?ngay={asked:%Y-%m-%d}"


def _page(
    request: DeskRequest, asked: datetime.date, form: ClosingForm | None = None, status: int = 200
) -> HttpResponse:
    powers = powers_of(request.official)
    totals, today = totals_of(asked), timezone.localdate()
    row = CollectionDay.objects.filter(day=asked).first()
    closed = row if row is not None and row.closed_at is not None else None
    numbers = receipt_numbers(totals.payments)
    context = {
        "day": asked,
        "before": asked - datetime.timedelta(days=1),
        "after": asked + datetime.timedelta(days=1) if asked <= today else None,
        "totals": totals,
        "by_method": [(Payment.Method(key).label, sums) for key, sums in totals.by_method.items()],
        "by_official": [
            (name.upper() if name in GATEWAYS else name, sums)
            for name, sums in totals.by_official.items()
        ],
        "lines": [(one, numbers.get(one.receipt_id, "")) for one in totals.payments],
        "closed": closed,
        "difference": closed.counted_cash - closed.expected_cash if closed else 0,
        "may_close": powers.has_role(*COLLECTORS) and closed is None and asked <= today,
        "oversees": powers.has_role(*OVERSEERS),
        "form": form or ClosingForm(initial={"day": f"{asked:%Y-%m-%d}"}),
        "unclosed": unclosed_days(before=today),
        "refunds_asked": list(
            Refund.objects.filter(state=Refund.State.ASKED).select_related("payment")[:50]
        ),
        "odd": list(Payment.objects.filter(state=State.PAID, surplus__gt=0)[:50])
        + list(Payment.objects.filter(reported__isnull=False, state=State.WAITING)[:50]),
    }
    return desk_page(
        request,
        request.official,
        "services/desk/collecting.html",
        context,
        current=CURRENT,
        status=status,
    )

"""Paying what one's own case owes: why, how much, by which way, and what came of it.

The page to which a gateway sends the payer back shows and changes nothing: the gateway's own notice
is what counts.
"""

from __future__ import annotations

from urllib.parse import urlencode

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citizens.portal.views.common import account_of, personal_page
from documents.registers.models import Document
from services.cases.access import get_case_for_applicant
from services.payments.asking import transfer_of
from services.payments.charges import charges_of, due_of, payments_of
from services.payments.errors import PaymentError
from services.payments.fulfilment import begin_payment, gateway_named, shown_state
from services.payments.gateways import GATEWAYS, open_gateways
from services.payments.models import Charge, Payment
from services.payments.receiver import get_receiver
from tenants.accounts.limits import client_address
from tenants.communes.current import current_commune
from tenants.communes.hosts import commune_url
from tenants.organisation.models import get_letterhead

State, Method = Payment.State, Payment.Method
_ORIGINS = [gateway.origin for gateway in GATEWAYS.values()]


@require_safe
# Browsers hold the address to which a sent form leads on against the page's own policy.
@csp_update({"form-action": _ORIGINS})  # type: ignore[arg-type]
def pay(request: HttpRequest, code: str) -> HttpResponseBase:
    """What is due and how it is paid; ``lan`` names the attempt one comes back from."""
    case = get_case_for_applicant(account_of(request), code)
    charges, payments = charges_of(case.pk), payments_of(case.pk)
    receiver = get_receiver()
    attempt = next(
        (
            one
            for one in payments
            if one.method == Method.GATEWAY and one.reference == request.GET.get("lan", "")
        ),
        None,
    )
    receipts = Document.objects.defer("content").filter(
        case_id=case.pk, kind=Document.Kind.FEE_RECEIPT
    )
    context = {
        "case": case,
        "charges": [one for one in charges if one.state != Charge.State.CANCELLED],
        "due_amount": due_of(charges, payments),
        "paid": [one for one in payments if one.is_paid],
        "ask": transfer_of(charges, payments, receiver),
        "gateways": open_gateways(receiver),
        "attempt": attempt,
        "waits": attempt is not None and attempt.state == State.WAITING,
        "receipts": list(receipts.order_by("id")),
        "letterhead": get_letterhead(),
        "place": "my-cases",
    }
    return personal_page(request, "citizens/portal/my_case_pay.html", context)


@require_POST
def begin(request: HttpRequest, code: str, gateway: str) -> HttpResponse:
    """Go to a gateway to pay all that is due."""
    case = get_case_for_applicant(account_of(request), code)
    try:
        chosen = gateway_named(gateway)
        payment = begin_payment(case_id=case.pk, case_code=case.code, gateway=chosen)
    except PaymentError as error:
        messages.warning(request, str(error))
        return redirect("my-case-pay", code=case.code)
    back_to = commune_url(current_commune(), reverse("my-case-paid", args=[case.code, gateway]))
    url = chosen.pay_url(
        get_receiver(),
        payment,
        back_to=back_to,
        address=client_address(request),
        at=timezone.now(),
    )
    return redirect(url)


@require_safe
def back(request: HttpRequest, code: str, gateway: str) -> HttpResponse:
    """Back from a gateway: on to the page that shows what came of it, without its parameters."""
    case = get_case_for_applicant(account_of(request), code)
    address = reverse("my-case-pay", args=[case.code])
    try:
        payment = shown_state(gateway=gateway_named(gateway), query=request.GET.dict())
    except PaymentError:
        payment = None
    if payment is None or payment.case_id != case.pk:
        messages.warning(
            request,
            _("Chưa biết kết quả lần nộp này. Nếu tiền đã trừ, trang này tự cập nhật sau ít phút."),
        )
        return redirect(address)
    return redirect(f"{address}?{urlencode({'lan': payment.reference})}")

"""What gateways call: no session, no form, no cookie; the signature says who speaks."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from services.payments.fulfilment import receive_notice
from services.payments.gateways.vnpay import VNPAY


@require_GET
@login_not_required
def vnpay_notice(request: HttpRequest) -> HttpResponse:
    """VNPAY's notice of a payment (IPN). It comes as a GET and changes what it proves: VNPAY's
    rule, not ours; a replay changes nothing.
    """
    outcome = receive_notice(gateway=VNPAY, query=request.GET.dict())
    response = JsonResponse(VNPAY.answer(outcome))
    response["Cache-Control"] = "no-store"
    return response

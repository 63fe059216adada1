"""What the papers about money say: plain data, frozen when the paper is issued."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from services.catalogue.words import money_in_words
from services.payments.models import Charge, Collect, Payment, Receiver, Refund
from tenants.organisation.models import Letterhead, Official, get_letterhead

# Papers are Vietnamese, whatever language the official's pages are in.
METHODS: dict[str, str] = {
    Payment.Method.CASH: "Tiền mặt",
    Payment.Method.TRANSFER: "Chuyển khoản",
    Payment.Method.GATEWAY: "Cổng thanh toán",
}
_COLLECTED = {
    Collect.AT_RECEIPT: "khi nhận hồ sơ",
    Collect.AT_SUPPLEMENT: "khi bổ sung hồ sơ",
    Collect.AT_RETURN: "khi trả kết quả",
}


def money_text(amount: int) -> str:
    """An amount as papers print it: ``8.000 đồng``."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def in_words(amount: int) -> str:
    """An amount in words as receipts begin it: ``Tám nghìn đồng``."""
    words = money_in_words(amount)
    return words[:1].upper() + words[1:]


def fee_text(charges: Iterable[Charge]) -> str:
    """What a slip says about a case's fees: each with its exemption, and when they are collected.

    >>> fee_text([])
    'Không thu'
    """
    charges = [one for one in charges if one.state != Charge.State.CANCELLED]
    if not charges:
        return "Không thu"
    parts = []
    for one in charges:
        amount = money_text(one.amount) if one.amount else "miễn"
        parts.append(f"{one.name}: {amount}" + (f" ({one.ground})" if one.ground else ""))
    due = {one.collected for one in charges if one.amount}
    when = ", ".join(_COLLECTED[Collect(code)] for code in sorted(due))
    return "; ".join(parts) + (f"; thu {when}" if when else "")


def method_text(payment: Payment) -> str:
    """How money came, as a receipt names it."""
    way = " ".join(filter(None, (METHODS[payment.method], payment.gateway.upper())))
    return f"{way}, số giao dịch {payment.outside_number}" if payment.outside_number else way


def receipt_content(
    payment: Payment, charges: Iterable[Charge], receiver: Receiver
) -> dict[str, Any]:
    """A receipt (biên lai) for the fees that a payment settled."""
    charges = list(charges)
    total = sum(one.amount for one in charges)
    return {
        **_head(receiver),
        "fee_lines": [{"name": one.name, "amount": one.amount} for one in charges],
        "payer": _payer(payment),
        "case_code": payment.case_code,
        "total": total,
        "total_words": in_words(total),
        "method": method_text(payment),
        "collector": payment.official_name or "Ghi nhận tự động",
        "copies": 2,
    }


def refund_content(
    refund: Refund, payment: Payment, receiver: Receiver, receipt_number: str
) -> dict[str, Any]:
    """A slip for money that went back."""
    name = "Hoàn tiền nộp thừa" if refund.of_surplus else "Hoàn phí, lệ phí"
    number = f", số giao dịch {refund.outside_number}" if refund.outside_number else ""
    return {
        **_head(receiver),
        "fee_lines": [{"name": name, "amount": refund.amount}],
        "payer": _payer(payment),
        "case_code": payment.case_code,
        "receipt_number": receipt_number,
        "reason": refund.reason,
        "total": refund.amount,
        "total_words": in_words(refund.amount),
        "method": METHODS[refund.method] + number,
        "collector": refund.official_name,
        "copies": 2,
    }


def day_closing_content(
    *,
    day: datetime.date,
    payments: Iterable[Payment],
    refunds: Iterable[Refund],
    by_method: Mapping[str, int],
    counts: Mapping[str, int],
    cash_by_official: Mapping[str, int],
    expected: int,
    counted: int,
    reason: str,
    official: Official,
    numbers: Mapping[object, str],
) -> dict[str, Any]:
    """The report of a closed day: every payment and refund, the sums, and the counted cash."""
    payments, refunds = list(payments), list(refunds)
    lines = [
        {
            "number": numbers.get(payment.receipt_id, ""),
            "case_code": payment.case_code,
            "payer": payment.payer_name,
            "method": method_text(payment).partition(",")[0],
            "amount": payment.amount,
        }
        for payment in payments
    ]
    lines += [
        {
            "number": "",
            "case_code": refund.payment.case_code,
            "payer": refund.payment.payer_name,
            "method": "Hoàn trả",
            "amount": -refund.amount,
        }
        for refund in refunds
    ]
    total = sum(one.amount for one in payments) - sum(one.amount for one in refunds)
    letterhead = get_letterhead()
    return {
        "letterhead": _letterhead(letterhead),
        "unit_name": letterhead.centre_name,
        "day": f"{day:%d/%m/%Y}",
        "lines": lines,
        "total": total,
        "total_words": in_words(total),
        "by_method": [
            {"method": name, "count": counts[name], "amount": amount}
            for name, amount in by_method.items()
        ],
        "by_official": [
            {"name": name, "amount": amount} for name, amount in cash_by_official.items()
        ],
        "expected_cash": expected,
        "counted_cash": counted,
        "difference": counted - expected,
        "reason": reason,
        "collector": official.name,
    }


def _head(receiver: Receiver) -> dict[str, Any]:
    letterhead = get_letterhead()
    return {
        "letterhead": _letterhead(letterhead),
        "unit_name": letterhead.centre_name,
        "tax_code": receiver.tax_code,
        "form_no": receiver.receipt_form,
        "symbol": receiver.receipt_symbol,
    }


def _letterhead(letterhead: Letterhead) -> dict[str, str]:
    return {
        "agency_name": letterhead.agency_name,
        "parent_name": "",
        "unit_name": letterhead.centre_name,
        "place_name": letterhead.place_name,
        "phone": letterhead.phone,
        "address": letterhead.address,
    }


def _payer(payment: Payment) -> dict[str, str]:
    payer = payment.payer or {}
    return {"name": str(payer.get("name", "")), "address": str(payer.get("address", ""))}

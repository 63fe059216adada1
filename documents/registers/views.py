"""Anybody's question about a paper in hand: is it genuine, and what does it say?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from documents.registers.verification import (
    DocumentUnknown,
    WrittenCode,
    describe_document,
    display_code,
    get_document_by_verification,
    parse_code,
)
from tenants.communes.current import CommuneNotOnboarded, commune_info, current_commune
from tenants.communes.hosts import commune_url

_TEMPLATE = "documents/registers/verify.html"


@login_not_required
@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """The form on a commune's site; a code typed into it leads to its own address."""
    typed = request.GET.get("ma", "").strip()
    if not typed:
        return _page(request)
    written = parse_code(typed)
    if written is None:
        return _page(request, typed=typed, error=_malformed(), status=400)
    if written.commune_code not in ("", current_commune().code):
        return _to_commune(request, written, typed)
    return redirect("verify-code", code=display_code(written.code))


@login_not_required
@never_cache
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What a commune says about the document with this code."""
    written = parse_code(code)
    if written is not None and written.commune_code not in ("", current_commune().code):
        return _to_commune(request, written, code)
    try:
        document = get_document_by_verification(code)
    except DocumentUnknown as unknown:
        return _page(request, typed=code, error=str(unknown), unknown=True, status=404)
    return _page(request, found=describe_document(document))


@login_not_required
@require_safe
def verify_central(request: HttpRequest, code: str = "") -> HttpResponse:
    """On the central site: send a code to the commune that its first five digits name."""
    typed = code or request.GET.get("ma", "").strip()
    if not typed:
        return _page(request)
    written = parse_code(typed)
    if written is None:
        return _page(request, typed=typed, error=_malformed(), status=400)
    if not written.commune_code:
        message = _("Xin nhập cả năm chữ số đứng đầu mã, ví dụ 00004-7QK4-M2XD.")
        return _page(request, typed=typed, error=message, status=400)
    return _to_commune(request, written, typed)


def _to_commune(request: HttpRequest, written: WrittenCode, typed: str) -> HttpResponse:
    try:
        commune = commune_info(written.commune_code)
    except CommuneNotOnboarded:
        message = _(
            "Năm chữ số đầu %(code)s không phải mã của xã, phường, đặc khu nào đang dùng hệ "
            "thống này. Xin so lại với mã in trên giấy."
        ) % {"code": written.commune_code}
        return _page(request, typed=typed, error=message, unknown=True, status=404)
    return HttpResponseRedirect(commune_url(commune, f"/kiem-tra/{display_code(written.code)}/"))


def _malformed() -> str:
    return _(
        "Mã kiểm tra gồm tám chữ số và chữ cái, in cạnh mã QR, ví dụ 7QK4-M2XD. "
        "Mã vừa nhập không có dạng này."
    )


def _page(request: HttpRequest, *, status: int = 200, **context: object) -> HttpResponse:
    answer = render(request, _TEMPLATE, context, status=status)
    # An answer about one person's paper has no place in a search engine.
    answer["X-Robots-Tag"] = "noindex"
    return answer

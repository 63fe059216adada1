"""Pages for requests that came to nothing."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose protection key is missing or old; the browser still holds what was typed."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent is more than a page takes, or is not readable; says which, and what to do."""
    reason = ""
    if isinstance(exception, TooManyFilesSent):
        reason = _(
            "Một lần gửi nhận tối đa 20 tệp. Bấm nút quay lại của trình duyệt, "
            "rồi gửi làm nhiều lần; các tệp đã nhận trước đó vẫn còn."
        )
    elif isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        reason = _(
            "Phần chữ gửi đi dài quá mức một trang nhận được. Bấm nút quay lại của trình duyệt, "
            "rút ngắn rồi gửi lại; những gì đã gõ vẫn còn."
        )
    return render(request, "400.html", {"reason": reason}, status=400)

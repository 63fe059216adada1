"""Pages for requests that came to nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose protection key is missing or old; the browser still holds what was typed."""
    return render(request, "403_csrf.html", status=403)

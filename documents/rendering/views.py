"""The style sheet of a layout: a preview may not carry its measures itself (CSP)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from documents.rendering.layouts.css import layout_css
from documents.rendering.layouts.registry import LayoutMissing, layouts


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def layout_style(request: HttpRequest, template: str, day: str) -> HttpResponse:
    """Paper, margins and widths of a layout; nothing in it is anybody's."""
    try:
        layout = layouts().get(f"{template}/{day}")
    except LayoutMissing:
        raise Http404 from None
    return HttpResponse(layout_css(layout), content_type="text/css; charset=utf-8")

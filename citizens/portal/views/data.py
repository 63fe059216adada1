"""Public lists for the page script."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from services.catalogue.words import partial_date_in_words
from tenants.communes.official_list import search_communes


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def communes(request: HttpRequest) -> JsonResponse:
    """Communes of the official list that match ``q``: pairs of code and full name."""
    query = request.GET.get("q", "").strip()[:80]
    hits = search_communes(query, 8) if len(query) > 1 else []
    return JsonResponse({"communes": [[hit.code, hit.full_name] for hit in hits]})


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def date_words(request: HttpRequest) -> JsonResponse:
    """A date (``ngay``: 2026-11-02, or its known part) in words; empty when it is no date."""
    text = request.GET.get("ngay", "")[:10]
    try:
        words = partial_date_in_words(text)
    except (ValueError, IndexError):
        words = ""
    return JsonResponse({"words": words})

"""At the counter: what the commune holds of the papers of the person who stands there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from services.cases.errors import CaseError
from services.cases.models import Draft
from services.cases.reuse import Offer, offers_for, use_again
from tenants.organisation.models import Official

CHOSEN = "reuse"


def with_offers(
    items: list[dict[str, Any]], draft: Draft, official: Official
) -> list[dict[str, Any]]:
    """The papers of a form, each with the ``offers`` for it that were not taken yet."""
    offers = offers_for(draft, official=official)
    return [{**item, "offers": _open(offers.get(item["paper"].key, []), item)} for item in items]


def take_offer(request: HttpRequest, draft: Draft, official: Official) -> dict[str, str]:
    """Take the offer that was pressed (``paper key:offer key``); else a sentence by the paper."""
    if CHOSEN not in request.POST:
        return {}
    paper_key, _colon, offer_key = request.POST[CHOSEN].partition(":")
    try:
        use_again(draft=draft, paper_key=paper_key, offer_key=offer_key, official=official)
    except CaseError as error:
        return {paper_key: str(error)}
    return {}


def _open(offers: list[Offer], item: dict[str, Any]) -> list[Offer]:
    taken = {one.file_id for one in item["files"]}
    return [offer for offer in offers if offer.file.pk not in taken]

"""Filling a page of the counter's form from an identity card: by a reader, or from a photograph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from documents.files.codes import PictureUnreadable, codes_in
from services.cases.models import Draft
from services.catalogue.schema import PageSpec, ProcedureDefinition
from services.reception.card_filling import fill_page
from services.reception.identity_card import CardUnreadable, IdentityCard, parse_card

TEXT, PICTURE = "card", "card_picture"
READ, OVERWRITE = "card_read", "card_overwrite"
_APPLICANT = ("name", "national_id", "birth_date", "address")


@dataclass
class CardReading:
    """What came of reading a card: the form's data to show again, and what to say."""

    data: QueryDict
    error: str = ""
    # Shown again only while it must be decided what becomes of differences.
    text: str = ""
    filled: list[str] = field(default_factory=list)
    differing: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def takes_card(definition: ProcedureDefinition, page: PageSpec) -> bool:
    """Whether the page asks anything that stands on the applicant's card."""
    mapping = definition.applicant
    keys = {getattr(mapping, name) for name in _APPLICANT}
    return any(leaf.key in keys or leaf.prefill for leaf in page.leaves)


def card_was_sent(request: HttpRequest) -> bool:
    """Whether a card was read, whichever button was pressed: a reader ends with Enter."""
    sent = request.POST
    return bool(sent.get(TEXT, "").strip() or request.FILES.get(PICTURE) or READ in sent)


def read_card(
    request: HttpRequest,
    definition: ProcedureDefinition,
    page: PageSpec,
    draft: Draft,
    **context: Any,
) -> CardReading:
    """Read the card that was sent and fill the page with it; nothing is kept of a picture."""
    typed = request.POST.copy()
    # The page is shown again, filled, and not judged: much of it may still be empty.
    typed["_refresh"] = "1"
    try:
        text, card = _card(request)
    except (CardUnreadable, PictureUnreadable) as error:
        return CardReading(typed, error=str(error))
    found = fill_page(
        definition,
        page,
        draft.answers,
        typed,
        card,
        overwrite=OVERWRITE in request.POST,
        **context,
    )
    return CardReading(
        found.data,
        text=text if found.differing else "",
        filled=found.filled,
        differing=found.differing,
        notes=found.notes,
    )


def _card(request: HttpRequest) -> tuple[str, IdentityCard]:
    """The card and the text of its code. Raises what reading either raises."""
    picture = request.FILES.get(PICTURE)
    if picture is None:
        text = request.POST.get(TEXT, "")
        return text, parse_card(text)
    texts = codes_in(picture)
    if not texts:
        raise CardUnreadable(
            _(
                "Không thấy mã vuông trong ảnh. Chụp gần, thẳng, đủ sáng, chỉ lấy phần có mã; hoặc "
                "gõ thông tin theo thẻ."
            )
        )
    refusal = CardUnreadable("")
    for text in texts:
        try:
            return text, parse_card(text)
        except CardUnreadable as error:
            refusal = error
    raise refusal

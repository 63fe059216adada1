"""Cases that left the usual way: one about which others were asked, one that was signed for."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile

from services.cases.delivery import hand_over
from services.cases.models import Case
from services.cases.referrals import answer_referral, refer_case
from tenants.organisation.models import Official


def ask_others(case: Case, official: Official, *, words: tuple[str, str, str, str]) -> str:
    """Ask two agencies about a case in hand, one of which answers; the key of the open question."""
    first, second, question, answer = words
    for agency in (first, second):
        case = refer_case(
            case=case,
            official=official,
            question=f"Có đúng {question} không?",
            days=2,
            agency=f"Cơ quan {agency}",
        )
    asked = list(case.referrals.order_by("id"))
    answer_referral(
        case=case, referral_id=asked[0].pk, official=official, answer=f"Đúng là {answer}"
    )
    return str(asked[1].pk)


def sign_for(case: Case, official: Official, *, receiver: str) -> str:
    """Hand a finished case's result over to somebody who signs on the screen; the case's code."""
    from PIL import Image

    drawn = io.BytesIO()
    # No two files of different communes are the same, so that none can be taken for another's.
    paper = (255, 255, sum(case.code.encode()) % 256)
    Image.new("RGB", (90, 30), paper).save(drawn, "PNG")
    signature = SimpleUploadedFile("chu-ky.png", drawn.getvalue(), "image/png")
    return hand_over(case=case, official=official, receiver=receiver, signature=signature).code

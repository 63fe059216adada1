"""Who signs in during a measurement, and the hundred cases of the desk's list.

    python -m bench.content CODE_OF_FILING CODE_OF_DESK

Run by the stack in a process of its own; prints what the bench needs to know as JSON.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
from functools import lru_cache
from typing import Any

PROCEDURE = "9.900001"
CASES = 100
CITIZEN_PHONE, OFFICIAL_PHONE = "0999000001", "0999000002"
# The key of the official's authenticator app, good for this measurement alone.
OFFICIAL_APP = "A" * 32
# The desk's official receives and examines, so that new cases and cases with a due time are listed.
ROLES = "reception specialist"

ANSWERS: dict[str, Any] = {
    "requester_name": "Nguyễn Thị Minh Khuê",
    "requester_birth_date": "1990-03-14",
    "requester_national_id": "001190000017",
    "requester_phone": CITIZEN_PHONE,
    "purpose": "Đi làm",
    "note": "Đã cư trú tại tổ dân phố số 3 từ năm 2012 đến nay.",
    "wants_copies": True,
    "copy_count": 2,
}
SCAN_BYTES = 400_000


@lru_cache(maxsize=1)
def scan() -> bytes:
    """A PDF of the size of a page photographed with a telephone, the same at every call."""
    body = bytes(33 + number * 7 % 90 for number in range(SCAN_BYTES))
    objects = (
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R>>",
        b"<</Length %d>> stream\n%s\nendstream" % (len(body), body),
    )
    file, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj %s endobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 5\n0000000000 65535 f \n%s" % table
    return file + head + b"trailer <</Size 5 /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(file)


def make(filing: str, desk: str, password: str) -> dict[str, Any]:
    """Create accounts, an official and the cases."""
    from tenants.accounts.models import Account
    from tenants.accounts.proving.contacts import vouch_for
    from tenants.accounts.second_factor.codes import add_app
    from tenants.communes.current import at_centre, in_commune
    from tenants.organisation.models import Official

    with at_centre():
        citizen = Account.objects.create_account(
            full_name=ANSWERS["requester_name"],
            phone=CITIZEN_PHONE,
            national_id=ANSWERS["requester_national_id"],
            birth_date=datetime.date.fromisoformat(ANSWERS["requester_birth_date"]),
            password=password,
        )
        clerk = Account.objects.create_account(
            full_name="Trần Văn Đức", phone=OFFICIAL_PHONE, password=password
        )
        vouch_for(citizen)
        vouch_for(clerk)
        add_app(account=clerk, secret=OFFICIAL_APP, step=0)
    for code in (filing, desk):
        with in_commune(code):
            official = Official.objects.create(
                account_id=clerk.pk, name=clerk.full_name, title="Công chức", roles=ROLES
            )
    with in_commune(desk):
        for number in range(CASES):
            make_case(citizen, official if number % 2 else None)
    return {"citizen": CITIZEN_PHONE, "official": OFFICIAL_PHONE, "cases": CASES}


def make_case(account: Any, receiver: Any) -> None:
    """File a case; with a receiver it is accepted, and so has a due time and a receipt slip."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from services.cases.drafts import attach_paper, save_page, start_draft
    from services.cases.filing import file_case
    from services.cases.intake import accept_case
    from services.catalogue.registry import current_procedure
    from tenants.communes.current import current_commune

    draft = start_draft(definition=current_procedure(PROCEDURE), account=account)
    answers = ANSWERS | {"subject_commune": current_commune().code}
    draft = save_page(draft=draft, page_key="requester", answers=answers)
    upload = SimpleUploadedFile("giay-to.pdf", scan(), "application/pdf")
    attach_paper(draft=draft, paper_key="proof", upload=upload)
    case = file_case(draft=draft, declared=True, account=account)
    if receiver is not None:
        accept_case(case=case, official=receiver)


def main() -> None:
    """Set Django up and print what was made."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    filing, desk = sys.argv[1:]
    print(json.dumps(make(filing, desk, os.environ["BENCH_PASSWORD"])))


if __name__ == "__main__":
    main()

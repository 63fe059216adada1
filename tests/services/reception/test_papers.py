"""Sheets counted at the counter, papers only shown, and scans that come later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.cases.drafts import attachments_of
from services.cases.models import Attachment, Case
from services.cases.paper_counts import Sheets, bounded, keep_sheets, sheets_of
from services.catalogue.registry import current_procedure
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of
from tests.factories import make_draft, pdf_upload, the_official
from tests.journeys.answers import filing
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import address
from tests.services.reception.conftest import text

pytestmark = pytest.mark.django_db
BIRTH = "1.001193"


def test_sheets_and_sets_are_kept_without_a_file_and_go_along_with_the_case(
    desk: Desk, ba_dinh: CommuneInfo
) -> None:
    browser = desk("reception")
    with in_commune(ba_dinh.code):
        made = make_draft(replace(filing(BIRTH), papers=()), official=the_official("reception"))
    draft = f"/desk/tai-quay/ban/{made.pk}/"
    shown = [one.key for one in current_procedure(BIRTH).papers if one.kind == "show"]
    data = {"original-birth_certificate": "1", "copy-birth_certificate": "2", "sets": "2"}
    data |= {f"shown-{key}": "on" for key in shown}
    assert browser.post(f"{draft}giay-to/", data)["Location"] == f"{draft}xem-lai/"
    review = text(browser.get(f"{draft}xem-lai/"))
    assert "1 bản chính, 2 bản chụp" in review and "2 bộ" in review
    browser.post(f"{draft}xem-lai/", {"accept": "1", "declared": "on"})
    with in_commune(ba_dinh.code):
        case = Case.objects.get()
        assert case.sets == 2
        assert sheets_of(case.pk) == {"birth_certificate": Sheets(original=1, copy=2)}
        assert not sheets_of(made.pk)
        filed = events_of(case.pk).first()
        assert filed is not None and (filed.details or {}).get("shown", []) == sorted(
            key for key in shown if key in (filed.details or {}).get("shown", [])
        )


def test_numbers_are_bounded_whatever_is_typed(in_ba_dinh: CommuneInfo) -> None:
    assert [bounded(one, 20) for one in ("3", " 4 ", "-1", "x", "", None, "9" * 9, "99", "²")] == [
        3, 4, 0, 0, 0, 0, 0, 20, 0,
    ]  # fmt: skip
    draft = make_draft(filing(BIRTH), official=the_official("reception"))
    kept = keep_sheets(draft=draft, sheets={"a": Sheets(1), "b": Sheets()}, sets=0, shown=["x"])
    assert kept.content["sets"] == 1 and sheets_of(draft.pk) == {"a": Sheets(1)}


def test_a_scan_is_added_to_a_case_with_its_event(
    desk: Desk, case_at: CaseAt, ba_dinh: CommuneInfo
) -> None:
    case = case_at("received")
    browser = desk("reception")
    assert "Thêm giấy tờ quét tại quầy" in text(browser.get(address(case)))
    page = address(case, "them-giay-to/")
    missing = browser.post(page, {"paper": "birth_certificate"})
    assert missing.status_code == 422 and "Chọn tệp quét" in text(missing)
    sent = {"paper": "birth_certificate", "kind": "original", "scan": pdf_upload("giay.pdf")}
    said = text(browser.post(page, sent, follow=True))
    assert "Đã thêm giấy tờ vào hồ sơ" in said and "thêm giấy tờ quét tại quầy" in said
    with in_commune(ba_dinh.code):
        added = [one for one in attachments_of(case.pk) if one.name == "giay.pdf"]
        assert [(one.source, one.copy_kind) for one in added] == [
            (Attachment.Source.SCANNED, "original")
        ]
        last = events_of(case.pk).last()
        assert last is not None and last.verb == "add_paper"


def test_who_has_nothing_to_do_with_it_adds_nothing(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("received")
    sent = {"paper": "birth_certificate", "scan": pdf_upload()}
    refused = desk("leader").post(address(case, "them-giay-to/"), sent)
    assert refused.status_code == 422
    unknown = {"paper": "khong-co", "scan": pdf_upload()}
    said = desk("reception").post(address(case, "them-giay-to/"), unknown)
    assert said.status_code == 422 and "không có giấy tờ đó" in text(said)


def test_a_closed_case_takes_no_paper(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("returned")
    sent = {"paper": "birth_certificate", "scan": pdf_upload()}
    assert desk("reception").post(address(case, "them-giay-to/"), sent).status_code == 422

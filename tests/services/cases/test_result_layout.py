"""What each procedure's result says: right title, no hole, nothing of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from documents.registers.models import Document
from documents.rendering.html import Draft, render_html
from services.cases.decision import reject_case
from services.cases.delivery import RESULT_KINDS
from services.cases.models import Case
from services.cases.previews import preview_result
from services.cases.result_layout import signer_block
from services.catalogue.registry import current_procedure
from tenants.communes.current import CommuneInfo
from tenants.organisation.powers import Signatory
from tests.factories import make_case, make_official, the_official
from tests.journeys.answers import FILINGS, filing

TITLES = {
    "1.001193": "GIẤY KHAI SINH",
    "1.000894": "GIẤY CHỨNG NHẬN KẾT HÔN",
    "1.000656": "TRÍCH LỤC KHAI TỬ",
    "1.004873": "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
    "2.000635": "GIẤY KHAI SINH (BẢN SAO)",
    "1.004859": "TRÍCH LỤC CẢI CHÍNH HỘ TỊCH",
    "1.004884": "GIẤY KHAI SINH",
    "2.000815": "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH",
    "2.000884": "LỜI CHỨNG CHỨNG THỰC CHỮ KÝ",
    "2.000908": "BẢN SAO TỪ SỔ GỐC",
    "1.001612": "GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH",
    "1.001699": "GIẤY XÁC NHẬN KHUYẾT TẬT",
    "1.014027": "QUYẾT ĐỊNH",
}
# What an empty value leaves behind, and what belongs to the machine.
HOLES = ("{", "}", "None", "null", "  ", " ,", "()", "“”", "True", "False", "[]")

every_procedure = pytest.mark.parametrize("code", sorted(FILINGS))


def texts(value: Any) -> Iterator[str]:
    """All texts inside a content."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def assert_reads_well(content: dict[str, Any]) -> None:
    printed = {key: value for key, value in content.items() if key != "letterhead"}
    for text in texts(printed):
        for hole in HOLES:
            assert hole not in text, f"{hole!r} in {text!r}"


def decided(case: Case) -> Document:
    return Document.objects.get(case_id=case.pk, kind__in=RESULT_KINDS)


@every_procedure
def test_the_result_of_a_procedure_is_complete(in_ba_dinh: CommuneInfo, code: str) -> None:
    case = make_case(code, "approved")
    document = decided(case)
    content = document.content
    definition = current_procedure(code)
    assert document.template == definition.result.layout
    assert document.title == content["title"] == TITLES[code]
    assert_reads_well(content)
    assert content["rows"] or content["paragraphs"]
    assert content["signer"]["name"] == document.signer_name
    assert document.number == 1 and "01" in document.notation
    for row in content["rows"]:
        assert row.get("heading") or all(cell["label"] for cell in row["cells"])
    everything = " ".join(texts(content)).casefold()
    for printed in filing(code).printed:
        if printed != "SCT/BS" and printed != "SCT/CK":
            assert printed.casefold() in everything, printed


@every_procedure
def test_the_letter_of_rejection_gives_the_reason(in_ba_dinh: CommuneInfo, code: str) -> None:
    case = make_case(code, "awaiting_decision")
    reject_case(case=case, official=the_official(case.step_role), reason="Giấy tờ không khớp.")
    document = decided(case)
    content = document.content
    assert_reads_well(content)
    body = " ".join(item["text"] for item in content["paragraphs"])
    assert "Giấy tờ không khớp" in body and ".." not in body.replace("…", "")
    assert content["subject"].startswith("V/v ")
    assert content["to"] == case.applicant_name
    assert document.template == "letter"


@every_procedure
def test_the_preview_is_the_page_that_will_be_issued(in_ba_dinh: CommuneInfo, code: str) -> None:
    case = make_case(code, "awaiting_decision")
    preview = preview_result(case, the_official(case.step_role))
    before = render_html(Draft(preview.template, preview.title, preview.content), preview=True)
    assert "chưa ban hành" in before
    assert not Document.objects.filter(kind__in=RESULT_KINDS).exists()
    assert_reads_well({**preview.content, "number": "", "notation": ""})


@pytest.mark.parametrize(
    ("title", "authority", "printed"),
    [
        ("Chủ tịch", "", "CHỦ TỊCH"),
        ("Phó Chủ tịch", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        ("Phó Chủ tịch Ủy ban nhân dân", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        ("Trưởng phòng Kinh tế", "", "TRƯỞNG PHÒNG KINH TẾ"),
    ],
)
def test_a_signers_capacity_follows_from_the_title(
    in_ba_dinh: CommuneInfo, title: str, authority: str, printed: str
) -> None:
    official = make_official("leader")
    official.title = title
    block = signer_block(Signatory(official.name, official.title))
    assert (block["authority"], block["title"]) == (authority, printed)

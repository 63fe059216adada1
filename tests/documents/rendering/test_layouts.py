"""Layouts as data: read with clear errors, dated, and printed by one template."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from django.test import override_settings

from documents.registers.issuing import issue_document
from documents.rendering.apps import check_layouts
from documents.rendering.html import Draft, form_of, render_html
from documents.rendering.layouts.registry import (
    OWN_FOLDER,
    LayoutFileError,
    LayoutMissing,
    layouts,
    read_layout,
)
from documents.rendering.layouts.texts import BadText, Scope, draw_text, read_text
from tenants.communes.current import CommuneInfo
from tests.documents.contents import CONTENTS

REFUSAL = OWN_FOLDER / "refusal" / "2025-07-01.yaml"
FORMS = {
    "receipt_slip": "Mẫu 01",
    "supplement_request": "Mẫu 02",
    "refusal": "Mẫu 03",
    "extension_letter": "Mẫu 04",
    "stop_notice": "Mẫu 05",
    "control_slip": "Mẫu 06",
    "case_register": "Mẫu 07",
}


def write(folder: Path, day: str, text: str) -> Path:
    """A layout of the refusal slip from that day on."""
    path = folder / "refusal" / f"{day}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def drawn(text: str, **content: object) -> str:
    return str(draw_text(text, Scope(content)))


# ── The little language ──────────────────────────────────────────────────
def test_values_stand_where_the_text_says_and_cannot_bring_tags() -> None:
    given = {"name": "<b>Lò</b>", "phone": ""}

    assert drawn("{a.name}", a=given) == "&lt;b&gt;Lò&lt;/b&gt;"
    assert drawn("Số [điện thoại {a.phone}]xong", a=given) == "Số xong"
    assert drawn("{a.phone|không có}", a=given) == "không có"
    assert drawn("[, **{n:money}** đồng]", n=16000) == ", <b>16.000</b> đồng"
    assert drawn("<{n:two}>", n=1) == '<span class="whole">01</span>'
    assert drawn("{n:count}|{m:count}", n=0, m=2) == "|2"
    assert drawn("{a}", a="một\nhai") == "một<br>hai"
    assert drawn(r"\[{n}\]", n=3) == "[3]"


@pytest.mark.parametrize("text", ["{Tên}", "{a", "[a", "a]", "**a", "<a", "{a:dong}"])
def test_a_text_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadText):
        read_text(text)


# ── Files ────────────────────────────────────────────────────────────────
def test_every_layout_says_which_form_it_is_and_on_what_it_rests() -> None:
    day = datetime.date(2026, 11, 22)
    for template, dated in layouts().by_template.items():
        for layout in dated.values():
            assert layout.basis.text, layout.name
        if template in FORMS:
            assert form_of(template, day) == FORMS[template]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("size: A5", "size: A3", "paper.size"),
        ("label: Địa chỉ", "nhan: Địa chỉ", "blocks[0].fields.rows[1].label"),
        ('text: "{reason}"', 'text: "{reason"', "blocks[2].text.text"),
        ("kind: signatures", "kind: chu_ky", "blocks[5]"),
        ("blocks:", "label_width: 3\nblocks:", "label_width"),
        ("    rows:", "    label_width: 150\n    rows:", "blocks[0]"),
        ("form: Mẫu 03", "form: [", "không đọc được"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_the_place_and_the_reason(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    text = REFUSAL.read_text("utf-8").replace(old, new, 1)
    path = write(tmp_path, "2027-01-01", text)

    with pytest.raises(LayoutFileError) as refused:
        read_layout(path)

    assert any(str(path) in problem and place in problem for problem in refused.value.problems)


def test_one_wrong_file_is_named_when_the_installation_starts(tmp_path: Path) -> None:
    path = write(tmp_path, "2027-01-01", "form: Mẫu 03")

    with override_settings(LAYOUT_FOLDERS=[str(tmp_path)]):
        problems = check_layouts()

    assert problems
    assert all(str(path) in str(problem.msg) for problem in problems)
    assert check_layouts() == []


# ── A form changes ───────────────────────────────────────────────────────
def test_a_new_form_is_one_new_file_and_old_papers_keep_their_form(
    tmp_path: Path, in_ba_dinh: CommuneInfo
) -> None:
    text = REFUSAL.read_text("utf-8")
    text = text.replace("form: Mẫu 03", "form: Mẫu 3a").replace("size: A5", "size: A4")
    text = text.replace("PHIẾU TỪ CHỐI TIẾP NHẬN", "PHIẾU KHÔNG TIẾP NHẬN")
    old = issue_document(
        kind="refusal", template="refusal", title="Phiếu", content=CONTENTS["refusal"]
    )
    write(tmp_path, "2026-01-01", text)

    with override_settings(LAYOUT_FOLDERS=[str(tmp_path)]):
        new = issue_document(
            kind="refusal", template="refusal", title="Phiếu", content=CONTENTS["refusal"]
        )
        pages = [render_html(one, preview=False) for one in (old, new)]
        assert form_of("refusal", datetime.date(2025, 12, 31)) == "Mẫu 03"
        assert form_of("refusal", datetime.date(2026, 1, 1)) == "Mẫu 3a"

    assert old.content["layout"] == "refusal/2025-07-01"
    assert new.content["layout"] == "refusal/2026-01-01"
    assert "PHIẾU TỪ CHỐI TIẾP NHẬN" in pages[0]
    assert "size: 148mm 210mm" in pages[0]
    assert "PHIẾU KHÔNG TIẾP NHẬN" in pages[1]
    assert "size: 210mm 297mm" in pages[1]


def test_a_paper_whose_layout_is_gone_says_which_file_is_missing() -> None:
    content = {**CONTENTS["refusal"], "layout": "refusal/2031-01-01"}

    with pytest.raises(LayoutMissing, match="refusal/2031-01-01"):
        render_html(Draft("refusal", "Phiếu", content), preview=True)


def test_a_preview_finds_its_measures_at_an_address_of_the_commune(
    commune_client: object, ba_dinh: CommuneInfo
) -> None:
    page = render_html(Draft("refusal", "Phiếu", CONTENTS["refusal"]), preview=True)
    browser = commune_client(ba_dinh)  # type: ignore[operator]

    answer = browser.get("/mau-in/refusal/2025-07-01.css")

    assert 'href="/mau-in/refusal/2025-07-01.css"' in page
    assert "<style" not in page
    assert answer["Content-Type"].startswith("text/css")
    assert "size: 148mm 210mm" in answer.content.decode()
    assert browser.get("/mau-in/refusal/2031-01-01.css").status_code == 404
    assert browser.get("/mau-in/khong-co/2025-07-01.css").status_code == 404

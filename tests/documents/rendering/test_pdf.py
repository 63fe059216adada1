"""PDFs: archival, complete, the same every time, and made from bundled assets only."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf  # noqa: TID253 (a test is no web worker)
import pytest

from documents.rendering import pdf as rendering
from documents.rendering.html import Draft, render_html
from documents.rendering.pdf import RenderingFailed, Typesetter, render_pdf
from documents.rendering.worker import MEMORY_BYTES
from tests.documents.contents import CONTENTS, LONG_NAME, template_of

NAMES = sorted(CONTENTS)
A4, A5 = (210, 297), (148, 210)


def html_of(name: str, **changes: Any) -> str:
    """The page of a sample content."""
    content = {**CONTENTS[name], **changes}
    title = content.get("title") or "Phiếu"
    return render_html(Draft(template_of(name), title, content), preview=False)


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Every sample as PDF."""
    return {name: render_pdf(html_of(name)).data for name in NAMES}


def uses_fallback_face(document: pikepdf.Pdf) -> bool:
    """Whether the page was set in Spectral, because the machine has no Times."""
    fonts = document.pages[0].Resources.Font.values()
    return any("Spectral" in str(font.BaseFont) for font in fonts)


def text_of(data: bytes) -> str:
    """What a reader copies out of a PDF, spaces and lines joined."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().split())


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_a_sound_archival_pdf(made: dict[str, bytes], name: str) -> None:
    with pikepdf.open(io.BytesIO(made[name])) as document:
        assert document.check_pdf_syntax() == []
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "2U"
        (intent,) = document.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert intent.DestOutputProfile.N == 3
        assert not document.is_encrypted
        assert "/Names" not in document.Root or "/JavaScript" not in document.Root.Names
        assert document.Root.Lang == "vi"
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            (descendant,) = font.DescendantFonts
            assert "/ToUnicode" in font
            assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys())


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_on_its_paper_and_on_one_page(made: dict[str, bytes], name: str) -> None:
    paper = A5 if template_of(name) in ("receipt_slip", "supplement_request", "refusal") else A4
    with pikepdf.open(io.BytesIO(made[name])) as document:
        # The fallback face is wider: on a machine without Times a full form takes a second page.
        assert len(document.pages) <= (2 if uses_fallback_face(document) else 1)
        box = [float(side) for side in document.pages[0].MediaBox]
    size = (round((box[2] - box[0]) / 72 * 25.4), round((box[3] - box[1]) / 72 * 25.4))
    assert size == paper


@pytest.mark.parametrize("name", NAMES)
def test_vietnamese_can_be_read_back_and_the_state_is_printed(
    made: dict[str, bytes], name: str
) -> None:
    text = text_of(made[name])

    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert "Bản chưa ký số" in text
    assert "00004-7QK4-M2XD" in text
    folded = text.upper()
    assert all(word in folded for word in LONG_NAME.upper().split()) or name == "extract"


def test_a_signed_document_does_not_say_that_it_is_unsigned() -> None:
    assert "Bản chưa ký số" not in html_of("decision", signed=True)


def test_a_draft_says_that_it_is_not_issued() -> None:
    html = html_of("decision", verification_code="", verification_url="", number="", issued={})

    assert "Bản xem trước, chưa ban hành" in html
    assert "Số: …" in html


@pytest.mark.parametrize("name", ["decision", "receipt_slip", "certificate"])
def test_the_same_content_gives_the_same_bytes_also_from_another_process(
    made: dict[str, bytes], name: str
) -> None:
    other = Typesetter()
    try:
        again = other.render(html_of(name)).data
    finally:
        other.stop()

    assert again == made[name]


def test_dates_in_the_file_are_those_of_the_issue(made: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(made["decision"])) as document:
        assert str(document.docinfo["/CreationDate"]).startswith("D:20261122")


def test_a_long_decision_numbers_its_pages_from_the_second() -> None:
    body = [{"style": "plain", "text": "Một điều khoản dài của quyết định này. " * 12}] * 12
    made = render_pdf(html_of("decision", paragraphs=body))
    with pikepdf.open(io.BytesIO(made.data)) as document:
        pages = len(document.pages)
    first, second, *_rest = (
        subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=made.data, capture_output=True, check=True
        )
        .stdout.decode()
        .split("\f")
    )

    assert made.pages == pages > 1
    assert not first.strip().startswith("1")
    assert second.strip().startswith("2")
    assert "Bản chưa ký số" in second


def test_text_from_a_citizen_is_text() -> None:
    html = html_of("letter", to='<img src="file:///etc/passwd">')

    assert "<img" not in html
    assert "&lt;img" in html


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/x.png",
        "data:image/png;base64,AAAA",
        "bundled:/../../config/settings.py",
        "paper.css/../../../manage.py",
    ],
)
def test_nothing_but_bundled_assets_is_ever_fetched(address: str) -> None:
    page = html_of("letter").replace("</main>", f'<img src="{address}"></main>')

    with pytest.raises(RenderingFailed, match="not a bundled asset"):
        render_pdf(page)


def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_is_made() -> None:
    typesetter = Typesetter(seconds=0.01)
    try:
        with pytest.raises(RenderingFailed, match="giây"):
            typesetter.render(html_of("letter"))
        typesetter._seconds = 60
        assert typesetter.render(html_of("letter")).pages == 1
    finally:
        typesetter.stop()


def test_a_child_that_has_made_its_share_is_replaced_before_the_next_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rendering, "PAGES_PER_CHILD", 2)
    typesetter = Typesetter(seconds=60)
    try:
        typesetter.warm_up()
        first = typesetter._child
        typesetter.render(html_of("letter"))
        second = typesetter._child
        assert first is not None
        assert second is not None
        assert second is not first
        assert first.poll() is not None
        assert second.poll() is None
    finally:
        typesetter.stop()


def test_starting_does_not_count_against_the_time_of_the_first_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typesetter = Typesetter(seconds=0.001)
    try:
        typesetter.warm_up()
        child = typesetter._child
        assert child is not None
        assert child.poll() is None

        monkeypatch.setattr(rendering, "START_SECONDS", 0.001)
        typesetter.stop()
        with pytest.raises(RenderingFailed, match="giây"):
            typesetter.warm_up()
    finally:
        typesetter.stop()


def test_a_page_of_more_than_a_hundred_sheets_is_refused() -> None:
    flood = "<p>đoạn</p><div style='break-after: page'></div>" * 120

    with pytest.raises(RenderingFailed, match="TooManyPages"):
        render_pdf(f"<!doctype html><html lang=vi><title>x</title><body>{flood}</body></html>")


def test_a_page_of_many_megabytes_is_refused() -> None:
    with pytest.raises(RenderingFailed, match="byte"):
        render_pdf("x" * (rendering.MAX_HTML_BYTES + 1))


def test_the_child_lives_under_limits_without_keys_and_database() -> None:
    typesetter = Typesetter()
    try:
        typesetter.render(html_of("letter"))
        child = typesetter._child
        assert child is not None
        variables = Path(f"/proc/{child.pid}/environ").read_bytes().decode()
        limits = Path(f"/proc/{child.pid}/limits").read_text()
    finally:
        typesetter.stop()

    for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "INDEX_KEY", "DATABASE_URL"):
        assert name not in variables
    assert re.search(rf"Max address space +{MEMORY_BYTES} ", limits)
    assert re.search(r"Max core file size +0 ", limits)


def test_the_parent_never_loads_the_typesetting_library() -> None:
    code = (
        "import sys; import documents.rendering.pdf, documents.rendering.worker, "
        "documents.rendering.typesetting; sys.exit('weasyprint' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_preview_is_the_same_page_with_the_style_sheet_linked() -> None:
    draft = Draft("decision", "Quyết định", CONTENTS["decision"])
    preview, printed = (render_html(draft, preview=flag) for flag in (True, False))

    def sheet(html: str) -> str:
        return html.partition("<main")[2]

    assert 'href="/static/documents/paper.css"' in preview
    assert "stylesheet" not in printed
    assert sheet(preview) == sheet(printed)
    assert "style=" not in preview


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(ValueError, match="no document template"):
        render_html(Draft("../secret", "x", {}), preview=True)

"""Every slip with the longest texts: complete, on its paper, nothing clipped or off the sheet."""

from __future__ import annotations

import io
import re
import subprocess

import pikepdf  # noqa: TID253 (a test is no web worker)
import pytest

from documents.rendering.html import Draft, render_html
from documents.rendering.pdf import render_pdf
from services.cases.register_book import PART_ROWS
from tests.documents.slip_contents import LAST_WORDS, PROCEDURE, SLIPS, usual_row

A4, A5, A4_TURNED, A5_TURNED = (210, 297), (148, 210), (297, 210), (210, 148)
# Paper and the most pages that even the longest texts may take; a receipt has two copies.
EXPECTED = {
    "receipt_slip": (A5, 2),
    "supplement_request": (A5, 2),
    "refusal": (A5, 2),
    "extension_letter": (A4, 2),
    "stop_notice": (A4, 2),
    "control_slip": (A5, 3),
    "case_register": (A4_TURNED, 3),
    "fee_receipt": (A5_TURNED, 4),
    "refund_slip": (A5_TURNED, 4),
    "day_closing": (A4, 2),
}
# What each form must say besides what the sheet's head says (Circular 03/2025/TT-VPCP).
SAYS = {
    "receipt_slip": (
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "số lượng 01 bộ",
        "Hẹn trả kết quả lúc",
        "số thứ tự 0007",
        "Nộp trực tuyến lúc 08:59 22/11/2026",
        "hai liên",
        "24.000 đồng",
        "0123456789012",
    ),
    "supplement_request": (
        "PHIẾU YÊU CẦU BỔ SUNG",
        "Số: 05/HDHS",
        "Hạn bổ sung",
        "NGƯỜI HƯỚNG DẪN",
    ),
    "refusal": ("PHIẾU TỪ CHỐI TIẾP NHẬN", "Số: 02/TCHS", "không cư trú tại phường"),
    "extension_letter": (
        "V/v xin lỗi và đề nghị gia hạn",
        "Số: 12/UBND-VP",
        "xin lỗi",
        "thứ Sáu ngày 27 tháng 11",
        "Nơi nhận:",
    ),
    "stop_notice": ("THÔNG BÁO", "Dừng giải quyết hồ sơ", "Giấy chứng sinh", "16.000 đồng"),
    "control_slip": (
        "PHIẾU KIỂM SOÁT QUÁ TRÌNH",
        "Trước hạn",
        "Đúng hạn",
        "Quá hạn",
        "Người giao:",
        "Người nhận:",
        "hẹn lần đầu: 17:00 23/11/2026",
        "Công an phường Nghĩa Đô",
        "08:30 24/11/2026",
    ),
    "case_register": (
        "SỔ THEO DÕI HỒ SƠ",
        "Quyển số: 01",
        "Từ số 0001 đến số 0008",
        "Nhận và trả kết quả",
        "Ký nhận",
        "H26.00004-261122-0008",
    ),
    "fee_receipt": (
        "BIÊN LAI THU TIỀN PHÍ, LỆ PHÍ",
        "Liên 1: Lưu",
        "Liên 2: Giao",
        "Hai mươi bốn nghìn đồng",
        "24.000",
        "0100000000-001",
    ),
    "refund_slip": ("PHIẾU HOÀN TRẢ PHÍ, LỆ PHÍ", "Theo biên lai số", "0000120"),
    "day_closing": ("BÁO CÁO THU PHÍ, LỆ PHÍ TRONG NGÀY", "Chênh lệch", "-1.000 đồng"),
}


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Every slip as PDF."""
    return {name: pdf_of(name) for name in SLIPS}


def pdf_of(name: str, **changes: object) -> bytes:
    draft = Draft(name, "Phiếu", {**SLIPS[name], **changes})
    return render_pdf(render_html(draft, preview=False)).data


def text_of(data: bytes) -> str:
    """The words in the order in which they are drawn, so that a cell's text stays together."""
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().split())


def _read(data: bytes, manner: str) -> str:
    command = ["pdftotext", manner, "-", "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()


def words_of(data: bytes) -> list[tuple[float, float, float, float, str]]:
    """Every word with its box in points, from the left and from the top of its sheet."""
    done = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=data, capture_output=True, check=True
    )
    found = re.findall(
        r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">([^<]*)<',
        done.stdout.decode(),
    )
    return [(float(a), float(b), float(c), float(d), word) for a, b, c, d, word in found]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_slip_is_archival_and_on_its_paper(made: dict[str, bytes], name: str) -> None:
    paper, most = EXPECTED[name]
    with pikepdf.open(io.BytesIO(made[name])) as document:
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "2U"
        assert 1 <= len(document.pages) <= most
        for page in document.pages:
            box = [float(side) for side in page.MediaBox]
            assert (round(box[2] / 72 * 25.4), round(box[3] / 72 * 25.4)) == paper


@pytest.mark.parametrize("name", EXPECTED)
def test_a_slip_says_everything_and_the_longest_names_to_their_end(
    made: dict[str, bytes], name: str
) -> None:
    text = text_of(made[name])

    for words in (*SAYS[name], *LAST_WORDS[name]):
        assert words in text, words


@pytest.mark.parametrize("name", EXPECTED)
def test_no_word_of_a_slip_leaves_the_sheet(made: dict[str, bytes], name: str) -> None:
    (width, height), _most = EXPECTED[name]
    right, bottom = width / 25.4 * 72, height / 25.4 * 72

    for left, top, end, foot, word in words_of(made[name]):
        assert left >= 5 * 72 / 25.4, word
        assert end <= right - 5 * 72 / 25.4, word
        assert top >= 0, word
        assert foot <= bottom, word


def test_the_foot_of_a_slip_stands_on_every_page(made: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(made["receipt_slip"])) as document:
        pages = len(document.pages)

    assert pages > 1
    assert text_of(made["receipt_slip"]).count("Bản chưa ký số") == pages


def test_a_slip_without_anything_to_pay_shows_no_code_to_pay_with() -> None:
    text = text_of(pdf_of("receipt_slip", vietqr=None, fee_text="Không thu"))

    assert "VietQR" not in text
    assert "Không thu" in text


def test_a_walk_in_signs_with_a_pen() -> None:
    text = text_of(pdf_of("receipt_slip", filed_text=""))

    assert text.count("(Ký, ghi rõ họ tên)") == 2


def test_a_part_of_the_register_is_made_while_its_job_may_run() -> None:
    """A year is printed part by part; each is one job with nine seconds for its PDF."""
    rows = [usual_row(number) for number in range(1, PART_ROWS + 1)]

    text = text_of(pdf_of("case_register", rows=rows, count=PART_ROWS))

    assert rows[-1]["code"] in text
    assert PROCEDURE not in text
    # The heading again on every page.
    assert text.count("Cơ quan chủ trì giải quyết") == text.count("Bản chưa ký số") - 1

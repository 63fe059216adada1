"""Filling the counter's form from a card: by a reader, or from a photograph."""

from __future__ import annotations

import io

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.files.models import StoredFile
from services.cases.models import Draft
from services.catalogue.forms.pages import visible_pages
from services.catalogue.registry import current_procedure, current_procedures
from services.desk.views.counter_card import takes_card
from tenants.communes.current import CommuneInfo, in_commune
from tests.services.desk.conftest import Desk
from tests.services.desk.test_counter import begin
from tests.services.reception.conftest import text

pytestmark = pytest.mark.django_db
BIRTH = "1.001193"
CARD = "001188012345||Nguyễn Thị Hoài|05121988|Nữ|Số 12, Kim Mã, Hà Nội|01072021"


def page_of(desk: Desk) -> tuple[object, str]:
    browser = desk("reception")
    draft = begin(browser)
    for page in visible_pages(current_procedure(BIRTH), {}):
        if takes_card(current_procedure(BIRTH), page):
            return browser, f"{draft}{page.key}/"
    raise AssertionError("no page asks for the applicant")


def picture(said: str) -> SimpleUploadedFile:
    """A photograph of a code: turned, small in the picture, packed as JPEG."""
    from PIL import Image

    segno.make(said).save(small := io.BytesIO(), kind="png", scale=4)
    code = Image.open(io.BytesIO(small.getvalue())).convert("RGB")
    sheet = Image.new("RGB", (1600, 1200), "#998877")
    sheet.paste(code.rotate(7, expand=True, fillcolor="#998877"), (700, 400))
    sheet.save(packed := io.BytesIO(), "JPEG", quality=70)
    return SimpleUploadedFile("the.jpg", packed.getvalue(), "image/jpeg")


def test_every_procedure_has_a_page_that_a_card_fills() -> None:
    for procedure in current_procedures():
        definition = current_procedure(procedure.code)
        assert any(takes_card(definition, page) for page in definition.pages), procedure.code


def test_a_reader_fills_what_is_empty_and_judges_nothing_yet(
    desk: Desk, ba_dinh: CommuneInfo
) -> None:
    browser, address = page_of(desk)
    assert "Quét mã trên thẻ căn cước" in text(browser.get(address))  # type: ignore[attr-defined]
    answer = browser.post(address, {"card": f"{CARD}\r\n"})  # type: ignore[attr-defined]
    page = text(answer)
    assert answer.status_code == 200 and "Đã điền từ thẻ" in page
    assert 'value="Nguyễn Thị Hoài"' in page and 'value="001188012345"' in page
    assert "Anh/chị chưa ghi" not in page and 'name="card" value=""' in page
    with in_commune(ba_dinh.code):
        typed = next(iter(Draft.objects.get().content["typed"].values()))
        assert typed["requester_national_id"] == ["001188012345"]


def test_what_was_typed_is_kept_until_the_official_decides(desk: Desk) -> None:
    browser, address = page_of(desk)
    sent = {"card": CARD, "requester_name": "Nguyễn Thị Hoa"}
    page = text(browser.post(address, sent))  # type: ignore[attr-defined]
    assert "đã gõ “Nguyễn Thị Hoa”, thẻ ghi “Nguyễn Thị Hoài”" in page
    assert 'value="Nguyễn Thị Hoa"' in page and 'value="001188012345"' in page
    chosen = browser.post(address, {**sent, "card_overwrite": "1"})  # type: ignore[attr-defined]
    assert 'value="Nguyễn Thị Hoài"' in text(chosen)


def test_a_photograph_is_read_and_not_kept(desk: Desk, ba_dinh: CommuneInfo) -> None:
    browser, address = page_of(desk)
    sent = {"card_picture": picture(CARD)}
    assert 'value="Nguyễn Thị Hoài"' in text(browser.post(address, sent))  # type: ignore[attr-defined]
    with in_commune(ba_dinh.code):
        assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"card": "https://xa.vn/abc"}, "dẫn tới một trang mạng"),
        ({"card_read": "1"}, "Chưa có mã nào"),
        ({"card_picture": b"MZ"}, "không phải ảnh JPG hoặc PNG"),
        ({"card_picture": b"\xff\xd8\xff\xe0 broken"}, "Ảnh này hỏng"),
    ],
)
def test_a_bad_code_is_said_and_nothing_is_lost(
    desk: Desk, sent: dict[str, object], said: str
) -> None:
    browser, address = page_of(desk)
    if isinstance(sent.get("card_picture"), bytes):
        sent = {"card_picture": SimpleUploadedFile("a.jpg", sent["card_picture"])}  # type: ignore[arg-type]
    answer = browser.post(address, {**sent, "requester_name": "Nguyễn Thị Hoa"})  # type: ignore[attr-defined]
    page = text(answer)
    assert answer.status_code == 422 and said in page and 'value="Nguyễn Thị Hoa"' in page
    assert 'value="Nguyễn Thị Hoa"' in text(browser.get(address))  # type: ignore[attr-defined]


def test_lost_marks_are_said_and_names_left_to_type(desk: Desk) -> None:
    browser, address = page_of(desk)
    plain = "001188012345||NGUYEN THI HOAI|05121988|Nu|So 12|01072021"
    page = text(browser.post(address, {"card": plain}))  # type: ignore[attr-defined]
    assert "Máy quét làm mất dấu" in page and 'value="001188012345"' in page
    assert 'value="Nguyen Thi Hoai"' not in page

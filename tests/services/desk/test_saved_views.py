"""Ways of looking at the list that an official keeps: made, counted, renamed, deleted."""

from __future__ import annotations

import re

import pytest

from services.cases import saved_views
from services.cases.models import SavedView
from tenants.communes.current import in_commune
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import BA_DINH, text_of

BOOK_COPY = "2.000908"
PAGE = "/desk/cach-xem/"
ADDRESS = f"xem=dang-giai-quyet&thu-tuc={BOOK_COPY}&nguoi=chua-ai"


def side_of(text: str) -> str:
    return text.partition('<nav class="side"')[2].partition("</nav>")[0]


def kept() -> list[SavedView]:
    with in_commune(BA_DINH):
        return list(SavedView.objects.order_by("name"))


def test_the_present_filters_are_kept_under_a_name_and_counted(desk: Desk, case_at: CaseAt) -> None:
    case_at("received", BOOK_COPY)
    browser = desk("specialist")
    assert f"{PAGE}?" in text_of(browser.get(f"/desk/?{ADDRESS}"))
    page = browser.post(PAGE, {"ve": ADDRESS, "ten": "  Trích lục   chưa ai nhận "}, follow=True)
    text = text_of(page)
    assert "<h1>Trích lục chưa ai nhận</h1>" in text
    assert re.search(r'aria-current="page"><span class="own">Trích lục chưa ai nhận</span>', text)
    assert '<span class="n">1</span>' in side_of(text).partition("Trích lục")[2][:80]
    # Another page of the same view is still that view, and it is not offered to be kept again.
    other = text_of(browser.get(f"/desk/?{ADDRESS}&trang=2"))
    assert "<h1>Trích lục chưa ai nhận</h1>" in other and f"{PAGE}?" not in other


def test_it_is_renamed_and_deleted_by_whose_it_is(desk: Desk) -> None:
    browser, other = desk("specialist"), desk("reception")
    browser.post(PAGE, {"ve": ADDRESS, "ten": "Một"})
    (view,) = kept()
    assert other.post(f"{PAGE}{view.pk}/doi-ten/", {"ten": "Của tôi"}).status_code == 404
    assert other.post(f"{PAGE}{view.pk}/xoa/").status_code == 404
    assert "Một" not in side_of(text_of(other.get("/desk/")))
    browser.post(f"{PAGE}{view.pk}/doi-ten/", {"ten": "Hai"})
    assert [one.name for one in kept()] == ["Hai"]
    assert "Đã xóa cách xem “Hai”" in text_of(browser.post(f"{PAGE}{view.pk}/xoa/", follow=True))
    assert kept() == []


def test_what_stands_in_the_way_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = desk("specialist")
    assert "Đặt tên" in text_of(browser.post(PAGE, {"ve": ADDRESS, "ten": " "}))
    assert "dài quá 60" in text_of(browser.post(PAGE, {"ve": ADDRESS, "ten": "x" * 61}))
    assert "Chọn điều kiện lọc" in text_of(browser.post(PAGE, {"ve": "", "ten": "x"}))
    browser.post(PAGE, {"ve": ADDRESS, "ten": "Một"})
    assert "đã có cách xem “Một”" in text_of(browser.post(PAGE, {"ve": ADDRESS, "ten": "Một"}))
    monkeypatch.setattr(saved_views, "MOST", 1)
    assert "đã lưu 1 cách xem" in text_of(browser.post(PAGE, {"ve": ADDRESS, "ten": "Hai"}))
    assert [one.name for one in kept()] == ["Một"]


def test_whom_somebody_looked_for_is_not_kept(desk: Desk) -> None:
    browser = desk("specialist")
    browser.post(PAGE, {"ve": f"{ADDRESS}&q=nguyen+thi&so=abc&dt=def", "ten": "Một"})
    (view,) = kept()
    assert view.query == ADDRESS


def test_with_none_the_page_says_how_one_is_made(desk: Desk) -> None:
    assert "Chưa có cách xem nào" in text_of(desk("clerk").get(PAGE))

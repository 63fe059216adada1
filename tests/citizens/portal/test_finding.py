"""Finding the commune on the central site and the procedure on a commune's."""

from __future__ import annotations

import pytest
from django.test import Client

from tenants.communes.current import CommuneInfo
from tenants.organisation.models import Letterhead
from tests.journeys.html_forms import text_of_page


@pytest.mark.parametrize("typed", ["ba dinh", "Ba Đình", "  BA   ĐÌNH "])
def test_a_commune_is_found_with_accents_or_without(
    central_client: Client, ba_dinh: CommuneInfo, typed: str
) -> None:
    page = central_client.get("/", {"xa": typed}, follow=False)

    found = page["Location"] if page.status_code == 302 else page.content.decode()
    assert ba_dinh.host in found


def test_a_name_from_before_the_mergers_leads_to_the_commune_of_today(
    central_client: Client, ba_dinh: CommuneInfo
) -> None:
    page = central_client.get("/du-lieu/xa.json", {"q": "quan thanh"})

    assert [ba_dinh.code, "Phường Ba Đình, Thành phố Hà Nội"] in page.json()["communes"]
    assert "public" in page["Cache-Control"]


def test_nothing_found_says_what_to_try(central_client: Client) -> None:
    page = central_client.get("/", {"xa": "không đâu cả"})

    assert page.status_code == 200
    assert "Không có xã, phường nào tên “không đâu cả”" in text_of_page(page)


def test_communes_are_found_by_province_without_typing(
    central_client: Client, ba_dinh: CommuneInfo
) -> None:
    provinces = central_client.get("/xa/").content.decode()
    assert "/xa/01/" in provinces and "Tỉnh Nghệ An" in provinces

    page = central_client.get("/xa/01/").content.decode()
    assert ba_dinh.host in page and "Phường Cửa Nam" in page
    assert central_client.get("/xa/99/").status_code == 404


def test_a_communes_first_page_has_the_work_the_code_and_the_counter(
    browser: Client, in_ba_dinh: CommuneInfo
) -> None:
    Letterhead.objects.update(phone="024 3843 0000", address="25 phố Liễu Giai")
    page = browser.get("/")
    words = text_of_page(page)

    for heading in ("Sinh con, gia đình", "Người thân qua đời", "Giấy tờ, bản sao", "Trợ cấp"):
        assert heading in words
    assert 'action="/tra-cuu/"' in page.content.decode()
    assert "25 phố Liễu Giai" in words and "tel:024" in page.content.decode()
    assert "07:00–11:30" in words


@pytest.mark.parametrize("typed", ["lam khai sinh cho con", "khai sinh", "Giấy khai sinh cho con"])
def test_a_procedure_is_found_as_people_call_it(browser: Client, typed: str) -> None:
    assert "/thu-tuc/1.001193/" in browser.get("/thu-tuc/", {"tim": typed}).content.decode()


def test_a_search_that_finds_nothing_still_shows_every_procedure(browser: Client) -> None:
    page = browser.get("/thu-tuc/", {"tim": "phóng tàu vũ trụ"})

    assert "Không có thủ tục nào khớp" in text_of_page(page)
    assert "/thu-tuc/1.001193/" in page.content.decode()


def test_the_start_page_tells_what_one_must_know_before_starting(browser: Client) -> None:
    words = text_of_page(browser.get("/thu-tuc/1.001193/"))

    for told in ("Bao lâu", "Bao nhiêu tiền", "Nhận được gì", "Ai được nộp", "Chuẩn bị sẵn"):
        assert told in words
    assert "Luật Hộ tịch số 60/2014/QH13" in words
    assert browser.get("/thu-tuc/9.999999/").status_code == 404


def test_the_language_is_changed_and_the_page_stays(browser: Client) -> None:
    answer = browser.post("/ngon-ngu/", {"language": "en", "next": "/thu-tuc/"})

    assert answer["Location"] == "/thu-tuc/"
    assert '<html lang="en">' in browser.get("/thu-tuc/").content.decode()

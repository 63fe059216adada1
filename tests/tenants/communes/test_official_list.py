import datetime
import re

import pytest

from tenants.communes.official_list import (
    UnknownCommune,
    UnknownProvince,
    agency_code,
    communes_of,
    host_label,
    official_commune,
    official_communes,
    provinces,
    search_communes,
)

TODAY = datetime.date(2026, 11, 22)


def test_the_list_is_whole():
    kinds = [commune.kind for commune in official_communes().values()]
    assert len(kinds) == 3321
    assert (kinds.count("xa"), kinds.count("phuong"), kinds.count("dac_khu")) == (2621, 687, 13)
    assert len(provinces()) == 34


def test_a_commune_is_known_by_its_full_name():
    assert official_commune("00004").full_name == "Phường Ba Đình, Thành phố Hà Nội"
    assert official_commune("26732").short_name == "Côn Đảo"


def test_an_unknown_code_says_what_a_code_looks_like():
    with pytest.raises(UnknownCommune, match="5 chữ số"):
        official_commune("99999")
    with pytest.raises(UnknownProvince, match="2 chữ số"):
        communes_of("99")


def test_a_province_lists_its_communes_in_the_order_of_their_names():
    names = [commune.short_name for commune in communes_of("01")]
    assert len(names) == 126
    assert names[:2] == ["An Khánh", "Ba Đình"]
    assert names.index("Đan Phượng") > names.index("Dương Nội")


def test_every_host_label_is_one_valid_and_unique_dns_label():
    labels = [host_label(code) for code in official_communes()]
    assert len(set(labels)) == 3321
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label) for label in labels)


def test_communes_whose_names_fold_alike_both_carry_their_code():
    assert host_label("00004") == "phuong-ba-dinh-ha-noi"
    assert host_label("21484") == "xa-ba-to-quang-ngai-21484"
    assert host_label("21523") == "xa-ba-to-quang-ngai-21523"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ba dinh", "00004"),
        ("Ba Đình", "00004"),
        ("phường ba đình", "00004"),
        ("BA ĐÌNH, HÀ NỘI", "00004"),
        ("xã ba dinh", "21499"),
        ("Trúc Bạch", "00004"),  # a ward of before July 2025
        ("con dao", "26732"),
        ("hoàn kiếm", "00070"),
    ],
)
def test_the_likeliest_commune_is_found_first(typed: str, first: str):
    assert search_communes(typed, 5)[0].code == first


def test_accents_that_were_typed_are_believed():
    found = search_communes("Ba Dinh Quảng Ngãi") + search_communes("Ba Tô")
    assert [commune.name for commune in found[:2]] == ["Xã Ba Dinh", "Xã Ba Tô"]


def test_a_search_ends_at_its_limit_and_finds_nothing_in_nothing():
    assert len(search_communes("tan", 7)) == 7
    assert search_communes("  ") == []
    assert search_communes("không có nơi này") == []


def test_an_agency_code_is_the_province_and_the_commune():
    assert agency_code("00004", TODAY) == "H26.00004"
    for code in official_communes():
        assert re.fullmatch(r"[A-Y]\d{2}\.\d{5}", agency_code(code, TODAY))


def test_there_is_no_agency_code_before_the_commune_existed():
    with pytest.raises(LookupError):
        agency_code("00004", datetime.date(2025, 6, 30))

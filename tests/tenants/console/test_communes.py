"""The operator sees the communes on the platform; nobody else learns that there is such a page."""

from __future__ import annotations

import datetime
import html
import re
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.communes.current import CommuneInfo, in_commune
from tenants.communes.models import Commune, Figures
from tenants.communes.official_list import official_communes
from tenants.communes.versions import code_version
from tenants.kit.text import fold, sort_key
from tests.factories import account_of, make_official
from tests.tenants.console.pages import text_of

PAGE = "/operator/"
STATEMENTS = 5  # the session, the account, the desk, the rows, the totals
CPU_SECONDS = 0.3


def rows_on(browser: Client, query: str = "") -> list[str]:
    page = html.unescape(browser.get(PAGE + query).content.decode())
    return [name for name in ("Phường Ba Đình", "Phường Ngọc Hà") if f">{name}</a>" in page]


def test_an_official_gets_404(central_client: Client, ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        account = account_of(make_official("administrator"))
    central_client.force_login(account)
    assert central_client.get(PAGE).status_code == 404


def test_a_communes_own_site_has_no_such_page(operator: Client, ba_dinh: CommuneInfo) -> None:
    assert operator.get(PAGE, SERVER_NAME=ba_dinh.host).status_code == 404


def test_the_operator_sees_the_communes_and_no_case(operator: Client) -> None:
    page = operator.get(PAGE)
    assert rows_on(operator) == ["Phường Ba Đình", "Phường Ngọc Hà"]
    assert "2 đơn vị trên nền tảng, cả nước có 3.321" in html.unescape(page.content.decode())
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ba dinh", ["Phường Ba Đình"]),
        # Part of the former ward of that name came to Ba Đình.
        ("?q=Ngọc Hà", ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?q=00004", ["Phường Ba Đình"]),
        ("?q=lieu giai", ["Phường Ngọc Hà"]),  # a former name
        ("?tinh=01", ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?tinh=79", []),
        ("?q=khong co noi nay", []),
        ("?q=%00", ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?trang=2", []),
        ("?trang=khong", ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?trang=" + "9" * 5000, ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?trang=tat-ca", ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?tinh-trang=hoat-dong", ["Phường Ba Đình", "Phường Ngọc Hà"]),
        ("?tinh-trang=tam-ngung", []),
        (
            "?tinh-trang=khong-co&phien-ban=khong-co&xep=c.code",
            ["Phường Ba Đình", "Phường Ngọc Hà"],
        ),
        ("?q=100%", []),
    ],
)
def test_communes_are_found_by_name_code_former_name_and_province(
    query: str, found: list[str], operator: Client
) -> None:
    assert rows_on(operator, query) == found


def test_a_suspended_commune_is_told_apart(operator: Client) -> None:
    Commune.objects.filter(code="00008").update(state="suspended")
    page = html.unescape(operator.get(PAGE).content.decode())
    assert "1 tạm ngừng" in page and "tag--soon" in page


# ── State, version, figures, order ───────────────────────────────────────


def codes_on(browser: Client, query: str = "") -> list[str]:
    """The codes of the communes that are listed, in their order."""
    return re.findall(r'<a href="xa/(\d{5})/">', browser.get(PAGE + query).content.decode())


def test_a_schema_that_is_behind_or_not_served_has_a_mark_and_a_filter(operator: Client) -> None:
    Commune.objects.filter(code="00004").update(schema_version=code_version() - 1)
    Commune.objects.filter(code="00008").update(oldest_code=code_version() + 1)
    assert codes_on(operator, "?phien-ban=cu") == ["00004"]
    assert "00008" in codes_on(operator, "?phien-ban=khong-phuc-vu")
    said = text_of(operator.get(PAGE))
    assert "1 lược đồ cũ" in said and "Chưa phục vụ được" in said
    Commune.objects.update(schema_version=code_version() + 1, oldest_code=0)
    assert text_of(operator.get(PAGE)).count("Mới hơn phần mềm") == 2
    assert codes_on(operator, "?phien-ban=cu") == []


def test_figures_stand_with_their_commune_and_are_added_up(operator: Client) -> None:
    used = datetime.datetime(2026, 11, 21, 7, 5, tzinfo=datetime.UTC)
    Figures.objects.filter(commune_code="00004").update(
        cases=1204, open_cases=33, last_activity_at=used
    )
    Figures.objects.filter(commune_code="00008").update(cases=6, open_cases=2)
    said = text_of(operator.get(PAGE))
    assert "33 1.204 14:05 21/11/2026" in said
    assert "2 6 chưa có" in said
    assert "Cộng 2 đơn vị 35 1.210" in said


def test_a_commune_without_figures_is_listed(operator: Client) -> None:
    Figures.objects.all().delete()
    assert codes_on(operator) == ["00004", "00008"]


def test_the_list_is_sorted_as_asked(operator: Client) -> None:
    Commune.objects.filter(code="00004").update(province_code="99")
    now = datetime.datetime.now(datetime.UTC)
    Figures.objects.filter(commune_code="00008").update(open_cases=5, last_activity_at=now)
    assert codes_on(operator) == ["00008", "00004"]
    assert codes_on(operator, "?xep=ten") == ["00004", "00008"]
    for order in ("hoat-dong", "dang-giai-quyet"):
        assert codes_on(operator, f"?xep={order}") == ["00008", "00004"]
        assert 'aria-sort="descending"' in operator.get(f"{PAGE}?xep={order}").content.decode()


def test_a_name_is_written_as_text(operator: Client) -> None:
    Commune.objects.filter(code="00004").update(name="<b>Xã</b>", province_name="A & B")
    page = operator.get(PAGE).content.decode()
    assert "&lt;b&gt;Xã&lt;/b&gt;" in page and "A &amp; B" in page


# ── The whole country ────────────────────────────────────────────────────


@pytest.fixture
def whole_country(operator: Client) -> Client:
    """The operator's browser when every commune of the country is here."""
    missing = official_communes().keys() - {"00004", "00008"}
    official = [official_communes()[code] for code in sorted(missing)]
    Commune.objects.bulk_create(
        Commune(
            code=one.code,
            schema_name=f"xa_{one.code}",
            name=one.name,
            kind=one.kind,
            province_code=one.province_code,
            province_name=one.province_name,
            folded=fold(one.full_name),
            sort_key=sort_key(one.short_name),
            schema_version=code_version(),
        )
        for one in official
    )
    now = datetime.datetime.now(datetime.UTC)
    Figures.objects.bulk_create(
        Figures(commune_code=one.code, cases=at * 7, open_cases=at, last_activity_at=now)
        for at, one in enumerate(official)
    )
    return operator


def test_all_communes_on_one_page_cost_little(whole_country: Client) -> None:
    assert len(codes_on(whole_country, "?trang=tat-ca")) == 3321
    for query in ("", "?trang=tat-ca", "?q=lieu+giai", "?tinh=01&phien-ban=cu&xep=hoat-dong"):
        with CaptureQueriesContext(connection) as captured:
            whole_country.get(PAGE + query)
        assert len(captured) == STATEMENTS
    # The least of several: a busy machine is slow, not wrong.
    assert min(_cpu_of(whole_country) for _ in range(5)) <= CPU_SECONDS


def _cpu_of(browser: Client) -> float:
    before = time.process_time()
    browser.get(f"{PAGE}?trang=tat-ca")
    return time.process_time() - before


def test_a_hundred_stand_on_a_page_and_the_way_leads_on(whole_country: Client) -> None:
    first, second = codes_on(whole_country), codes_on(whole_country, "?trang=2")
    assert len(first) == len(second) == 100 and not set(first) & set(second)
    assert "hàng 101–200 trong 3.321" in text_of(whole_country.get(f"{PAGE}?trang=2"))
    assert len(codes_on(whole_country, "?trang=34")) == 21
    page = html.unescape(whole_country.get(f"{PAGE}?tinh=01&xep=ten").content.decode())
    assert 'href="?tinh=01&xep=ten&trang=2"' in page
    assert 'href="?tinh=01&xep=ten&trang=tat-ca"' in page
    assert "trang=35" not in whole_country.get(f"{PAGE}?trang=34").content.decode()

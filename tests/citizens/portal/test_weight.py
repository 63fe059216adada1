"""What a first visit costs on a slow link, and what its pages may not do."""

from __future__ import annotations

import gzip
import re

import pytest
from django.test import Client

from config.env import BASE_DIR
from services.cases.models import Draft
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tests.factories import make_case

# 400 kbit/s carry this in one second.
LIMIT = 50_000
AIM = 25_000


@pytest.fixture
def places(in_ba_dinh: CommuneInfo, mother: Account, complete: Draft) -> dict[str, str]:
    case = make_case(up_to="in_process", account=mother)
    return {
        "home": "/",
        "procedure": "/thu-tuc/1.001193/",
        "form": f"/nop/{complete.pk}/child_name/",
        "papers": f"/nop/{complete.pk}/giay-to/",
        "review": f"/nop/{complete.pk}/xem-lai/",
        "case": f"/ho-so/{case.code}/",
        "confirmation": f"/ho-so/{case.code}/?moi=1",
        "track": "/tra-cuu/",
    }


def page(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def compressed(text: bytes) -> int:
    return len(gzip.compress(text, 9))


def files_of(drawn: str) -> set[str]:
    """Style, script and icons that a page loads, without the part after the mark."""
    return set(re.findall(r'(?:href|src)="/static/([^"#?]+)', drawn))


@pytest.mark.parametrize("name", ["home", "procedure", "form", "review", "case"])
def test_a_first_visit_is_light(browser: Client, places: dict[str, str], name: str) -> None:
    drawn = page(browser, places[name])
    files = {path: (BASE_DIR / "static" / path).read_bytes() for path in files_of(drawn)}

    total = compressed(drawn.encode()) + sum(compressed(data) for data in files.values())
    assert total <= AIM <= LIMIT, {path: compressed(data) for path, data in files.items()}


def test_pages_ask_no_other_host_and_carry_no_script_or_style(
    browser: Client, places: dict[str, str]
) -> None:
    for name, path in places.items():
        drawn = page(browser, path)
        loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]+)"', drawn)
        assert all(address.startswith(("/", "data:")) for address in loaded), name
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", drawn), name


def test_every_page_has_one_heading_a_title_and_a_way_past_the_navigation(
    browser: Client, places: dict[str, str]
) -> None:
    titles = set()
    for name, path in places.items():
        drawn = page(browser, path)
        assert len(re.findall(r"<h1[\s>]", drawn)) == 1, name
        assert '<html lang="vi">' in drawn and 'href="#main"' in drawn and 'id="main"' in drawn
        identities = re.findall(r'\sid="([^"]+)"', drawn)
        assert len(identities) == len(set(identities)), f"{name}: the same id twice"
        titles.add(re.findall(r"<title>(.*?)</title>", drawn, re.DOTALL)[0])
    assert len(titles) == len(places), "each page is told apart by its title"


def test_every_field_has_a_label(browser: Client, places: dict[str, str]) -> None:
    for name, path in places.items():
        drawn = page(browser, path)
        labels = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', drawn))
        for control in re.findall(r"<(?:input|select|textarea)[^>]*>", drawn):
            if 'type="hidden"' in control:
                continue
            identity = re.search(r'\sid="([^"]+)"', control)
            assert identity and identity[1] in labels, f"{name}: {control}"

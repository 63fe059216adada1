"""What one came to do may be chosen before the commune; small lists for the page's script."""

from __future__ import annotations

import pytest
from django.test import Client

from citizens.portal.views.lists import listed
from services.catalogue.browser_conditions import _SIGNS
from services.catalogue.registry import current_procedure
from tenants.communes.current import CommuneInfo
from tenants.communes.hosts import commune_url


def test_a_procedure_chosen_on_the_central_site_opens_at_the_commune(
    central_client: Client, ba_dinh: CommuneInfo
) -> None:
    there = f'href="{commune_url(ba_dinh, "/thu-tuc/1.001193/")}"'

    assert 'href="/?viec=1.001193"' in central_client.get("/").content.decode()
    for path, query in (("/", {"xa": "ba dinh"}), ("/xa/01/", {})):
        page = central_client.get(path, {"viec": "1.001193", **query})
        assert there in page.content.decode()


def test_an_unknown_task_is_no_wish(central_client: Client, ba_dinh: CommuneInfo) -> None:
    page = central_client.get("/", {"viec": "x", "xa": "ba dinh"})

    assert page.status_code == 200
    assert f'href="{commune_url(ba_dinh)}"' in page.content.decode()


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("1.001193", "Trong ngày · 0 đ trong 60 ngày đầu"),
        ("2.000815", "Trong ngày · 2.000 đ/trang cho hai trang đầu · cần đến xã một lần"),
        ("1.004873", "3 ngày làm việc · 10.000 đ một giấy"),
    ],
)
def test_a_list_tells_time_price_and_visit_in_one_line(db: None, code: str, facts: str) -> None:
    assert listed(current_procedure(code)).facts == facts


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2026-11-02", "Ngày hai tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("1987", "Năm một nghìn chín trăm tám mươi bảy"),
        ("2026-02-31", ""),
        ("", ""),
        ("khong", ""),
    ],
)
def test_a_date_is_told_in_words(ba_dinh: CommuneInfo, date: str, words: str) -> None:
    answer = Client(SERVER_NAME=ba_dinh.host).get("/du-lieu/ngay.json", {"ngay": date})

    assert answer.json() == {"words": words}


def test_the_script_knows_every_sign_that_a_condition_may_have() -> None:
    from django.conf import settings as configured

    script = (configured.BASE_DIR / "static" / "js" / "app.js").read_text()

    for sign in (*_SIGNS.values(), "not", "and", "or", "name"):
        assert f'"{sign}"' in script, sign

"""The journey that is measured: a citizen files the nine-field form with one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from bench.browser import Answer, Browser, UnexpectedAnswer
from bench.content import ANSWERS, PROCEDURE, scan
from bench.html import Fields
from tenants.accounts.second_factor.totp import code_at, present_step


def sign_in(browser: Browser, site: str, login: str, password: str, app: str = "") -> None:
    """Sign in on the central site; `app` is the key of a second factor, where there is one."""
    page = browser.get(f"{site}/tai-khoan/dang-nhap/")
    form = page.document.form("/dang-nhap/")
    page = browser.submit(page, form, {"login": login, "password": password})
    if app:
        code = code_at(app, present_step())
        browser.submit(page, page.document.form(""), {"code": code})


def _nothing() -> None:
    """Nobody watches."""


def file_case(
    browser: Browser,
    site: str,
    commune: str,
    sending: Callable[[], None] = _nothing,
    sent: Callable[[], None] = _nothing,
) -> Answer:
    """From the procedure's start page to the confirmation, which is returned.

    `sending` is called before the POST that files the case, `sent` after its answer.
    """
    page = browser.get(f"{site}/thu-tuc/{PROCEDURE}/")
    page = browser.submit(page, page.document.form("/bat-dau/"), {})
    page = browser.get(page.link("/requester/"))
    answers = typed(commune)
    while not page.url.endswith("/giay-to/"):
        form = page.document.form()
        own = {name: value for name, value in answers.items() if name in form.fields}
        # Of a group of round buttons none is chosen yet, so the page does not name it.
        own |= {name: answers[name] for name in CHOICES.get(page_key(page), ())}
        page = browser.submit(page, form, own)
    upload = ("paper-proof", "giay-to.pdf", scan())
    page = browser.submit(page, page.document.form(), {}, upload)
    sending()
    answer = browser.send(page, page.document.form(), {"declared": "on"})
    sent()
    page = browser.follow(answer)
    if "moi=1" not in page.url:
        raise UnexpectedAnswer(f"filing ended at {page.url}")
    return page


CHOICES = {"subject": ("purpose",), "copies": ("wants_copies",)}


def page_key(page: Answer) -> str:
    """The key of the form's page that is open."""
    return PurePosixPath(urlsplit(page.url).path).name


def typed(commune: str) -> Fields:
    """The answers under the names of the form's controls."""
    year, month, day = ANSWERS["requester_birth_date"].split("-")
    return {
        **{name: str(value) for name, value in ANSWERS.items()},
        "requester_birth_date_day": day,
        "requester_birth_date_month": month,
        "requester_birth_date_year": year,
        "subject_commune": commune,
        "subject_commune_text": "Phường Ba Đình, Thành phố Hà Nội",
        "wants_copies": "yes",
    }

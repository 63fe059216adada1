"""What tests read from the desk's pages, and how they press its buttons."""

from __future__ import annotations

import html
import re
from typing import Any

from django.http.response import HttpResponseBase
from django.test import Client

from services.cases.models import Case
from tenants.communes.current import in_commune

BA_DINH = "00004"


def address(case: Case, action: str = "") -> str:
    """The page of a case, or of one of its moves."""
    return f"/desk/ho-so/{case.code}/{action}"


def _source(page: HttpResponseBase) -> str:
    content: bytes = page.content  # type: ignore[attr-defined]
    return content.decode()


def seen_on(page: HttpResponseBase) -> str:
    """The token that a page carries."""
    found = re.search(r'name="seen" value="([^"]+)"', _source(page))
    assert found, "the page carries no token"
    return found[1]


def actions_on(page: HttpResponseBase) -> list[str]:
    """The names of the moves that a case's page offers, in order."""
    bar = _source(page).partition('<div class="bar ')[2]
    # On phones all but the first stand in the menu, so most are on the page twice.
    return list(dict.fromkeys(re.findall(r'(?:href|action)="/desk/ho-so/[^/"]+/([a-z-]+)/"', bar)))


def press(browser: Client, case: Case, action: str, **data: Any) -> str:
    """Send a move's form with the token of the page now open; the text that comes next."""
    token = seen_on(browser.get(address(case, action)) if data else browser.get(address(case)))
    response = browser.post(address(case, action), {"seen": token, **data}, follow=True)
    return text_of(response)


def send_written(browser: Client, case: Case, action: str, **data: Any) -> Any:
    """Write a paper of a move, read it, and send it as it was read."""
    token = seen_on(browser.get(address(case, action)))
    drawn = browser.post(address(case, action), {"seen": token, **data})
    shown = re.search(r'name="shown" value="(\w+)"', drawn.content.decode())
    assert shown, "the paper was not shown"
    data = {"seen": seen_on(drawn), "shown": shown[1], **data}
    return browser.post(address(case, action), data, follow=True)


def text_of(page: HttpResponseBase) -> str:
    """The page's content with its entities read."""
    return html.unescape(_source(page))


def now_of(case: Case) -> Case:
    """The case as it stands."""
    with in_commune(BA_DINH):
        return Case.objects.get(pk=case.pk)

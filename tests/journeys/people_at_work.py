"""A citizen and officials at their browsers, through Django's client."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http.response import HttpResponseBase
from django.test import Client

from services.cases.models import Case, Draft
from services.catalogue.registry import get_version
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import account_of, pdf_upload, the_official
from tests.journeys.html_forms import form_that, text_of_page
from tests.journeys.typing_in import fill_in, missing_rows
from tests.second_factor import show_factor


def text_of_pdf(data: bytes) -> str:
    """What a reader copies out of a PDF, without spaces: lines break where the paper ends.

    Once in the order of the page and once as it was written, because the lines of a table's
    neighbouring cells come out mixed in the first.
    """
    text = ""
    for order in ("-layout", "-raw"):
        try:
            done = subprocess.run(
                ["pdftotext", order, "-", "-"], input=data, capture_output=True, check=True
            )
        except FileNotFoundError:
            raise AssertionError("pdftotext is missing: apt-get install poppler-utils") from None
        text += done.stdout.decode()
    return squeezed(text)


def squeezed(text: str) -> str:
    """A text without its spaces."""
    return "".join(text.split())


def body(response: HttpResponseBase) -> bytes:
    """Everything a response sends, streamed or not."""
    if response.streaming:  # type: ignore[attr-defined]
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return response.content  # type: ignore[attr-defined,no-any-return]


class Browser:
    """A browser on one site in which somebody is signed in."""

    def __init__(self, commune: CommuneInfo, account: Account) -> None:
        self.commune = commune
        self.account = account
        self.client = Client(SERVER_NAME=commune.host)
        self.client.force_login(account)

    def get(self, path: str, status: int = 200) -> HttpResponseBase:
        """Open a page."""
        response: HttpResponseBase = self.client.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return response

    def send(self, path: str, data: Mapping[str, Any]) -> str:
        """Send a form that is taken; the path it leads to."""
        response = self.client.post(path, data)
        assert response.status_code == 302, (
            f"{path}: {response.status_code}: {text_of_page(response)[:1500]}"
        )
        parts = urlsplit(response["Location"])
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def press(self, page: str, *, action: str) -> str:
        """Press the button of a page's form that goes to this action."""
        response = self.get(page)
        form = form_that(response, action=action)
        return self.send(form.action, form.sent())


class Citizen(Browser):
    """Files a case and follows it."""

    def file(self, code: str, answers: Mapping[str, Any], papers: tuple[str, ...]) -> Case:
        """From the procedure's page to the confirmation; the case that came of it."""
        place = self.press(f"/thu-tuc/{code}/", action="/bat-dau/")
        draft_id = place.split("/")[2]
        place = self._first_page(place)
        while not place.endswith("/giay-to/"):
            place = self._page(place, draft_id, answers)
        place = self._papers(place, papers)
        assert place.endswith("/xem-lai/")
        form = form_that(self.get(place), has="declared")
        assert "declared" not in form.sent()
        place = self.send(place, {**form.sent(), "declared": "on"})
        code = place.split("/")[2]
        assert place == f"/ho-so/{code}/?moi=1"
        assert code in text_of_page(self.get(place))
        with in_commune(self.commune.code):
            return Case.objects.get(code=code, filing_key=draft_id)

    def _first_page(self, place: str) -> str:
        """From the list of parts to the first page that is not done."""
        page = self.get(place).content.decode()  # type: ignore[attr-defined]
        links = re.findall(rf'href="({place}[^/"]+/)"', page)
        return next(link for link in links if not link.endswith(("/giay-to/", "/xem-lai/")))

    def _page(self, place: str, draft_id: str, answers: Mapping[str, Any]) -> str:
        with in_commune(self.commune.code):
            draft = Draft.objects.get(pk=draft_id)
        page = get_version(draft.procedure_code, draft.procedure_version).page(place.split("/")[3])
        assert page is not None
        leaves = {leaf.key: leaf for leaf in page.leaves}
        form = form_that(self.get(place), has="leave")
        while key := missing_rows(form, leaves, answers):
            answer = self.client.post(place, {**form.sent(), "_add": key})
            assert answer.status_code == 200
            form = form_that(answer, has="leave")
        return self.send(place, fill_in(form, leaves, answers))

    def _papers(self, place: str, papers: tuple[str, ...]) -> str:
        page = self.get(place)
        form = form_that(page, has="upload") if papers else None
        files = {}
        for key in papers:
            name = f"paper-{key}"
            assert form is not None and name in form.names, f"The page does not ask for {key}."
            files[name] = pdf_upload(f"{key}.pdf")
        return self.send(place, files)

    def result(self, case: Case) -> bytes:
        """Take the result from the case's page and download it."""
        page = f"/ho-so/{case.code}/"
        place = self.press(page, action="/ket-qua/")
        response = self.get(place)
        assert response["Content-Type"] == "application/pdf"
        return body(response)


class Desk(Browser):
    """An official who opened the desk of a commune."""

    def __init__(self, commune: CommuneInfo, role: str) -> None:
        with in_commune(commune.code):
            self.official = the_official(role)
            super().__init__(commune, account_of(self.official))
        show_factor(self.client, place=commune.code)
        place = self.press("/desk/mo-ban/", action="/mo-ban/")
        assert place == "/desk/"

    def accept(self, case: Case) -> None:
        """Receive the case from its page."""
        self.press(f"/desk/ho-so/{case.code}/", action="/tiep-nhan/")

    def examine(self, case: Case, entries: Mapping[str, Any], note: str = "Đủ điều kiện.") -> None:
        """Fill the draft of the result and propose to approve."""
        case_page = self.get(f"/desk/ho-so/{case.code}/")
        place = f"/desk/ho-so/{case.code}/tham-dinh/"
        assert place in case_page.content.decode()  # type: ignore[attr-defined]
        form = form_that(self.get(place), has="outcome")
        definition = get_version(case.procedure_code, case.procedure_version)
        sent = fill_in(form, definition.entry_fields, entries)
        self.send(place, {**sent, "outcome": "approved", "note": note})

    def approve(self, case: Case) -> None:
        """See the result as it will be printed, and sign it."""
        preview = self.get(f"/desk/ho-so/{case.code}/xem-truoc/").content  # type: ignore[attr-defined]
        assert b"{" not in preview.split(b"</head>")[1] and b"None" not in preview
        page = f"/desk/ho-so/{case.code}/ky-duyet/"
        self.send(page, form_that(self.get(page), has="seen").sent())

    def release(self, case: Case) -> None:
        """Finish the step that is the last, or one of the last."""
        self.press(f"/desk/ho-so/{case.code}/", action="/phat-hanh/")

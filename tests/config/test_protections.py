"""What every answer tells the browser, on every address of both sites."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http.response import HttpResponseBase
from django.test import Client
from django_permissions_policy import _FEATURE_NAMES

from config.browser_powers import DENIED, USED
from documents.rendering.html import Draft, render_html
from tenants.communes.current import CommuneInfo
from tests.documents.contents import CONTENTS, template_of
from tests.documents.slip_contents import SLIPS
from tests.serving import ROOT, environment
from tests.site_people import SitePeople, site_people
from tests.site_routes import SITES, Route, routes

ROUTES = [route for site in SITES for route in routes(site)]
# Papers and previews of a case, which the desk's pages show beside their form.
FRAMED = {"desk-paper", "desk-document", "desk-preview"}
# What a page cannot use to look at a person, at what they have, or at other pages of theirs.
HARMLESS = re.compile(
    r"ch-.*|aria-notify|autoplay|clipboard-write|cross-origin-isolated|deferred-fetch.*"
    r"|document-domain|execution-while-.*|focus-without-user-activation|fullscreen|haptics"
    r"|language-(detector|model)|manual-text|media-playback-while-not-visible|rewriter|summarizer"
    r"|tools|translator|unload|vertical-scroll|vr|webnn|writer"
)
# A printed paper is one file with its measures in it; a browser gets the preview, which links them.
PAPER = "templates/documents/base.html"
PAPERS = {**CONTENTS, **SLIPS}
SECURITY = ROOT / "docs" / "security.md"


@pytest.fixture
def people(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo) -> SitePeople:
    """Somebody for every address."""
    return site_people(ba_dinh)


class _Inline(HTMLParser):
    """Finds what a content policy without `unsafe-inline` would not let run or apply."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(f"<{tag}>")
        for name, value in given.items():
            if name == "style" or name.startswith("on"):
                self.found.append(f"<{tag} {name}=…>")
            if re.match(r"\s*(javascript|vbscript):", value, re.IGNORECASE):
                self.found.append(f"<{tag} {name}={value}>")
            if name == "srcdoc":
                self.found += inline_parts(value)


def of_template(source: str) -> str:
    """A template as a page: what Django fills in is no attribute, though it may begin with "on"."""
    return re.sub(r"{%.*?%}|{{.*?}}", " x ", source)


def inline_parts(source: str) -> list[str]:
    """Inline scripts, styles, handlers and script addresses of a page, framed pages included."""
    reader = _Inline()
    reader.feed(source)
    return reader.found


@pytest.mark.parametrize(
    "source",
    [
        "<script>1</script>",
        "<style>p{}</style>",
        '<p style="color:red">',
        '<body onload="1">',
        '<a href=" JavaScript:1">',
        '<iframe srcdoc="&lt;p onclick=1&gt;"></iframe>',
    ],
)
def test_inline_parts_are_found(source: str) -> None:
    assert inline_parts(source)


@pytest.mark.parametrize("folder", ["templates", "static/pages"])
def test_no_template_has_anything_inline(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.html"))
    assert files
    found = {
        str(file.relative_to(ROOT)): inline_parts(of_template(file.read_text())) for file in files
    }
    inline = {name: parts for name, parts in found.items() if parts}
    assert inline == ({PAPER: ["<style>"]} if folder == "templates" else {})


def test_what_stands_among_tags_of_a_template_is_found_too() -> None:
    assert not inline_parts(of_template('<li{% if one.page %} class="{{ one.page }}"{% endif %}>'))
    assert not inline_parts(of_template("<script src=\"{% static 'js/app.js' %}\"></script>"))
    assert inline_parts(of_template('<li{% if one.page %} style="{{ one.page }}"{% endif %}>'))
    assert inline_parts(of_template('<li {% if one %}onclick="{{ one }}"{% endif %}>'))


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_a_paper_carries_its_measures_itself_only_on_the_way_to_the_printer(name: str) -> None:
    draft = Draft(template_of(name), "Giấy", PAPERS[name])
    assert not inline_parts(render_html(draft, preview=True))
    assert inline_parts(render_html(draft, preview=False)) in ([], ["<style>"])


def test_only_the_printer_gets_a_page_that_is_no_preview() -> None:
    callers = {
        str(file.relative_to(ROOT))
        for part in ("citizens", "config", "documents", "services", "tenants")
        for file in (ROOT / part).rglob("*.py")
        if re.search(r"render_html\((?!source: )(?![^\n]*preview=True)", file.read_text())
    }
    assert callers == {"documents/registers/tasks.py"}


def _answers(people: SitePeople) -> Iterator[tuple[Route, HttpResponseBase]]:
    """A GET of every address by somebody who may."""
    twice = [(route, False) for route in ROUTES if route.pattern.startswith("/tai-khoan/")]
    for route, at_sign_in in [*((route, True) for route in ROUTES), *twice]:
        client = people.client_for(route, at_sign_in=at_sign_in)
        response = client.get(people.path(route))
        yield route, response
        if response.streaming:  # type: ignore[attr-defined]
            # Read to its end, a file is closed.
            assert b"".join(response.streaming_content)  # type: ignore[attr-defined]


def _source_of(response: HttpResponseBase) -> str:
    page = response.get("Content-Type", "").startswith("text/html")
    return "" if not page or response.streaming else response.content.decode()  # type: ignore[attr-defined]


def test_every_answer_of_every_address_is_protected(people: SitePeople) -> None:
    """Policies, framing, caches and origins, and that there is nothing inline to be let through."""
    shown = 0
    for route, response in _answers(people):
        place = f"{route.site} {route.name} {route.pattern}"
        assert response.status_code < 500, place
        _check_headers(route, response, place)
        source = _source_of(response)
        shown += bool(source)
        assert not inline_parts(source), place
    # Addresses that only take forms answer 405 without a page, others lead elsewhere.
    assert shown > len(ROUTES) * 0.4, shown


def _check_headers(route: Route, response: HttpResponseBase, place: str) -> None:
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in response["Content-Security-Policy"].split(";")
        if part.strip()
    )
    assert policy["default-src"] == "'none'", place
    if response.get("Content-Type") in ("application/pdf", "image/jpeg", "image/png"):
        # The browser's own viewer of papers draws with styles; nothing runs there either.
        assert "script-src" not in policy and "frame-src" not in policy, place
    else:
        assert policy["script-src"] == policy["style-src"] == "'self'", place
        assert policy["object-src"] == policy["base-uri"] == "'none'", place
        assert "unsafe" not in str(policy), place
    framed = route.name in FRAMED
    assert policy["frame-ancestors"] == ("'self'" if framed else "'none'"), place
    assert response["X-Frame-Options"] == ("SAMEORIGIN" if framed else "DENY"), place
    assert response["X-Content-Type-Options"] == "nosniff", place
    assert response["Referrer-Policy"] == "same-origin", place
    assert response["Cross-Origin-Opener-Policy"] == "same-origin", place
    assert response["Cross-Origin-Resource-Policy"] == "same-origin", place
    assert "camera=()" in response["Permissions-Policy"], place
    kept = response.get("Cache-Control", "")
    if route.pattern.startswith(("/desk/", "/operator/", "/ho-so", "/nop/")):
        assert "no-store" in kept, f"{place}: {kept!r}"


def test_an_unknown_host_and_a_missing_page_are_protected_too(central_client: Client) -> None:
    for answer in (
        central_client.get("/khong-co/"),
        central_client.get("/", SERVER_NAME=f"la.{settings.BASE_DOMAIN}"),
        central_client.get("/", SERVER_NAME="la.example"),
    ):
        assert answer.status_code == 404
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"


def test_a_public_page_is_not_kept_once_it_names_somebody(people: SitePeople) -> None:
    stranger = Client(SERVER_NAME=people.here.host)
    assert "no-store" not in stranger.get("/thu-tuc/").get("Cache-Control", "")
    stranger.force_login(people.citizen)
    assert stranger.get("/thu-tuc/")["Cache-Control"] == "no-store"


def test_every_power_of_a_browser_is_denied_used_or_harmless() -> None:
    known = set(_FEATURE_NAMES)
    assert set(DENIED) | set(USED) <= known
    left = known - set(DENIED) - set(USED)
    assert {name for name in left if not HARMLESS.fullmatch(name)} == set()
    assert {name for name in (*DENIED, *USED) if HARMLESS.fullmatch(name)} == set()


def test_only_our_own_pages_ask_for_a_passkey(central_client: Client) -> None:
    sent = central_client.get("/tai-khoan/dang-nhap/")["Permissions-Policy"]
    assert "publickey-credentials-get=(self)" in sent
    assert "publickey-credentials-create=(self)" in sent


# ── Forged forms ─────────────────────────────────────────────────────────
def test_no_view_is_excused_from_the_key_of_forms() -> None:
    assert [route.name for route in ROUTES if getattr(route.view, "csrf_exempt", False)] == []


def test_a_form_without_its_key_is_refused_in_words_everywhere(people: SitePeople) -> None:
    for route in ROUTES:
        client = people.client_for(route)
        client.handler.enforce_csrf_checks = True
        answer = client.post(people.path(route), {"seen": "x"})
        assert answer.status_code == 403, f"{route.site} {route.pattern}"
        assert "Tải lại trang rồi gửi lần nữa" in answer.content.decode(), route.pattern


def test_a_key_from_another_site_is_refused(people: SitePeople) -> None:
    """A sibling's cookie does not pass: the key must be the one of this host's own cookie."""
    client = Client(SERVER_NAME=people.here.host, enforce_csrf_checks=True)
    client.get("/tra-cuu/")
    data = {"code": "x", "csrfmiddlewaretoken": "f" * 64}
    assert client.post("/tra-cuu/", data).status_code == 403


# ── Cookies ──────────────────────────────────────────────────────────────
def documented_cookies() -> dict[str, dict[str, str]]:
    """The table of cookies in the documentation, by the name in production."""
    rows = re.findall(r"^\| `([^`]+)` \|(.+)\|$", SECURITY.read_text(), re.MULTILINE)
    named = ("local", "hosts", "secure", "httponly", "samesite", "lives")
    table = {}
    for name, cells in rows:
        given = [cell.strip().strip("`") for cell in cells.split("|")]
        if len(given) >= len(named):
            table[name] = dict(zip(named, given, strict=False))
    return table


def test_the_cookies_that_are_set_are_those_of_the_documentation(people: SitePeople) -> None:
    table = {row["local"]: row for row in documented_cookies().values()}
    people.citizen.password = make_password("hoa-sen-bay-canh")
    people.citizen.save(update_fields=["password"])
    central = Client(SERVER_NAME=settings.BASE_DOMAIN)
    central.get("/tai-khoan/dang-nhap/")
    central.post("/ngon-ngu/", {"language": "vi", "next": "/"})
    sent = {"login": people.citizen.email, "password": "hoa-sen-bay-canh", "remember": "on"}
    central.post("/tai-khoan/dang-nhap/", sent)
    desk = people.client_for(next(one for one in ROUTES if one.name == "desk-list"))
    seen = {**central.cookies, **desk.cookies}
    # Last: it signs the official out.
    machine = desk.post("/desk/quay/thiet-bi/", {"kind": "kiosk", "name": "Máy ở sảnh"})
    seen |= {name: one for name, one in machine.cookies.items() if one.value and name not in seen}
    # A cookie that the test itself put into the browser has no attributes that we set.
    assert set(seen) == set(table)
    for name, cookie in seen.items():
        row = table[name]
        if name == settings.SESSION_COOKIE_NAME:
            cookie = central.cookies[name]
        hosts = "all sites" if cookie["domain"] else "this host"
        assert hosts == row["hosts"], name
        assert (cookie["samesite"], cookie["path"]) == (row["samesite"], "/"), name
        assert ("yes" if cookie["httponly"] else "no") == row["httponly"], name
        lives = f"{int(cookie['max-age'] or 0) / 86400:g} days" if cookie["max-age"] else "a visit"
        assert lives in row["lives"], name


def _in_production(*names: str) -> dict[str, Any]:
    """Settings as a deployment under a real domain has them."""
    program = (
        "import json, sys; from django.conf import settings; "
        "print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))"
    )
    env = {**environment(Path("/nowhere")), "BASE_DOMAIN": "xaso.example", "DEBUG": "False"}
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    done = subprocess.run(
        [sys.executable, "-c", program, *names], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_production_adds_https_and_prefixes() -> None:
    names = {
        f"{kind}_COOKIE_{what}"
        for kind in ("SESSION", "CSRF", "LANGUAGE")
        for what in ("NAME", "SECURE", "DOMAIN")
    }
    more = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT")
    found = _in_production(*sorted(names), *more)
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 86400
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] and found["SECURE_SSL_REDIRECT"]
    table = documented_cookies()
    for kind in ("SESSION", "CSRF", "LANGUAGE"):
        name = found[f"{kind}_COOKIE_NAME"]
        assert found[f"{kind}_COOKIE_SECURE"] is True and table[name]["secure"] == "yes"
        assert name.startswith(("__Host-", "__Secure-"))
        assert bool(found[f"{kind}_COOKIE_DOMAIN"]) is not name.startswith("__Host-")


def test_leaving_clears_what_the_tab_kept(people: SitePeople) -> None:
    central = Client(SERVER_NAME=settings.BASE_DOMAIN)
    central.force_login(people.citizen)
    assert "Clear-Site-Data" not in central.get("/tai-khoan/dang-xuat/")
    assert central.post("/tai-khoan/dang-xuat/")["Clear-Site-Data"] == '"storage"'
    desk = people.client_for(next(one for one in ROUTES if one.name == "desk-close"))
    assert desk.post("/desk/mo-ban/dong/")["Clear-Site-Data"] == '"storage"'

"""HTML to PDF/A with WeasyPrint: bundled assets only, the same bytes for the same content.

Runs only inside the child process of :mod:`documents.rendering.worker`, which knows neither
Django nor the database.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from urllib.parse import unquote

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

ASSETS = Path(__file__).resolve().parents[2] / "static" / "documents"
# Archival PDF whose text can always be read back (ISO 19005-2, level U).
VARIANT = "pdf/a-2u"
MAX_PAGES = 100
_FACES = (
    ("Regular", "normal", "normal"),
    ("Italic", "normal", "italic"),
    ("Bold", "bold", "normal"),
    ("BoldItalic", "bold", "italic"),
)


class TooManyPages(Exception):
    """A document longer than anything a commune prints is a fault, not a document."""


class Engine(NamedTuple):
    """What WeasyPrint needs and what takes time to make: made once in a process."""

    fonts: FontConfiguration
    style: CSS
    fetcher: URLFetcher


class Typeset(NamedTuple):
    """A PDF and how many pages it has."""

    pdf: bytes
    pages: int


def typeset(html: str) -> Typeset:
    """The PDF/A-2u of a page; the dates in it are those in the page's own ``meta`` elements.

    Raises TooManyPages, and FatalURLFetchingError when the page asks for anything not bundled.
    """
    from weasyprint import HTML

    engine = _engine()
    page = HTML(string=html, base_url="bundled:/", url_fetcher=engine.fetcher, media_type="print")
    options: dict[str, Any] = {
        "stylesheets": [engine.style],
        "pdf_variant": VARIANT,
        "pdf_identifier": hashlib.sha256(html.encode()).hexdigest()[:32].encode(),
    }
    laid_out = page.render(font_config=engine.fonts, **options)
    if len(laid_out.pages) > MAX_PAGES:
        raise TooManyPages(f"{len(laid_out.pages)} pages, more than {MAX_PAGES}")
    return Typeset(pdf=laid_out.write_pdf(**options) or b"", pages=len(laid_out.pages))


def load() -> None:
    """Load the library, the style sheet and the fallback fonts before the first page."""
    _engine()


def fallback_faces() -> str:
    """The style sheet that declares Spectral, for machines without Times or Liberation Serif."""
    folder = files("fontpkg_spectral") / "files"
    return "\n".join(
        f"@font-face {{ font-family: Spectral; font-weight: {weight}; font-style: {style};"
        f' src: url("{Path(str(folder / f"Spectral-{name}.ttf")).as_uri()}"); }}'
        for name, weight, style in _FACES
    )


@lru_cache(maxsize=1)
def _engine() -> Engine:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    fetcher = _bundled_fetcher()
    sheet = fallback_faces() + (ASSETS / "paper.css").read_text("utf-8")
    style = CSS(
        string=sheet,
        base_url="bundled:/",
        url_fetcher=fetcher,
        font_config=fonts,
        media_type="print",
    )
    return Engine(fonts=fonts, style=style, fetcher=fetcher)


def _bundled_fetcher() -> URLFetcher:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    font_folder = Path(str(files("fontpkg_spectral") / "files")).resolve()

    def refuse(url: str) -> NoReturn:
        # Fatal, because WeasyPrint turns any lesser error into a warning and a hole in the page.
        raise FatalURLFetchingError(f"not a bundled asset: {url[:200]}")

    class BundledFetcher(URLFetcher):  # type: ignore[misc]
        """Knows ``bundled:/name`` in static/documents and the font files; nothing else."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            scheme, _colon, rest = url.partition(":")
            if scheme == "bundled":
                path, home = (ASSETS / rest.lstrip("/")).resolve(), ASSETS.resolve()
            elif scheme == "file":
                path, home = Path(unquote(rest.removeprefix("//"))).resolve(), font_folder
            else:
                refuse(url)
            if home not in path.parents or not path.is_file():
                refuse(url)
            return URLFetcherResponse(url, path.read_bytes())

    return BundledFetcher()

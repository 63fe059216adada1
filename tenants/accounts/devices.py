"""What a browser calls itself, in words by which its owner knows it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

_LONGEST = 160
# The first that is found: browsers name those that they descend from as well.
_BROWSERS = (
    ("Edg", "Edge"),
    ("coc_coc", "Cốc Cốc"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def user_agent(request: HttpRequest) -> str:
    """Return what the browser calls itself, as much of it as is kept."""
    return request.headers.get("User-Agent", "")[:_LONGEST]


def device_words(agent: str) -> str:
    """Return browser and system in a few words: "Chrome trên Windows"."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    if browser and system:
        return _("%(browser)s trên %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Trình duyệt không rõ tên")

"""What every answer tells the browser about itself: content policy, framing, caches, origins.

The content security policy is put together once for every page; a page that may stand in a frame
of its own site, and one with a nonce, get theirs from the library.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import HEADER, SELF
from csp.middleware import CSPMiddleware as LibraryMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

# What the library's decorators leave on an answer that wants a policy of its own.
_OWN = ("_csp_config", "_csp_update", "_csp_replace", "_csp_exempt")
# Signing out, and closing the desk: the browser forgets what it kept in this tab.
_LEAVING = frozenset({"account_logout", "desk-close"})
_READING = frozenset({"GET", "HEAD"})


def framed_here(response: HttpResponseBase) -> bool:
    """Whether a view marked its answer with ``xframe_options_sameorigin``."""
    return response.headers.get("X-Frame-Options") == "SAMEORIGIN"


class CSPMiddleware(LibraryMiddleware):
    """The library's middleware, which builds the policy anew for every style sheet and icon.

    One mark decides on both headers about frames: a view's ``xframe_options_sameorigin``.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._policy = build_policy()
        self._framed_policy = build_policy(replace={"frame-ancestors": [SELF]})

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Send the site's policy; pages with a nonce or a policy of their own get the library's."""
        asked = getattr(request, "_csp_nonce", None) or any(hasattr(response, own) for own in _OWN)
        if asked or settings.DEBUG:
            return super().process_response(request, response)
        policy = self._framed_policy if framed_here(response) else self._policy
        response.headers.setdefault(HEADER, policy)
        return response


class AnswerMiddleware:
    """Headers that neither Django nor a library of ours sends, and addresses that nobody has.

    * ``Cross-Origin-Resource-Policy``: no other site draws our files and answers into its own.
    * ``Cache-Control: no-store`` on whatever is answered to somebody who is signed in, and on
      every answer to a sent form, unless the view said something else: the header of any page
      names the person, and a 404 tells what they looked for.
    * ``Clear-Site-Data`` on leaving: forms that were not sent lie in the tab's storage.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        name = settings.SESSION_COOKIE_NAME
        known = name in request.COOKIES or name in response.cookies
        if known or request.method not in _READING:
            response.headers.setdefault("Cache-Control", "no-store")
        found = getattr(request, "resolver_match", None)
        if found and found.url_name in _LEAVING and request.method == "POST":
            response.headers.setdefault("Clear-Site-Data", '"storage"')
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> None:
        """Find nothing under an address with a NUL, which no text of the database can hold."""
        if any(isinstance(value, str) and "\x00" in value for value in kwargs.values()):
            raise Http404

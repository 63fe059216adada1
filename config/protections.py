"""The content security policy, put together once: it is the same for every page."""

from __future__ import annotations

from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware as LibraryMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What the library's decorators leave on an answer that wants a policy of its own.
_OWN = ("_csp_config", "_csp_update", "_csp_replace", "_csp_exempt")


class CSPMiddleware(LibraryMiddleware):
    """The library's middleware, which builds the policy anew for every style sheet and icon."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._policy = build_policy()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Send the site's policy; pages with a nonce or a policy of their own get the library's."""
        asked = getattr(request, "_csp_nonce", None) or any(hasattr(response, own) for own in _OWN)
        if asked or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._policy)
        return response

"""Pages need an account unless they say otherwise (`@login_not_required`)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from tenants.accounts.links import sign_in_url


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Sends people to the central sign-in from every site, and back with `next`."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Ask for the account only where a page needs one: public pages cost no query."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Lead to the sign-in page of the central site."""
        return HttpResponseRedirect(sign_in_url(request))

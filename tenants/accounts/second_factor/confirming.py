"""Who may change how they sign in: somebody who proved a moment ago that it is they."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tenants.accounts.models import Account
from tenants.accounts.second_factor.proof import LIFE, shown_lately
from tenants.accounts.second_factor.showing import has_factor

View = Callable[..., HttpResponseBase]


def confirmed_for(page: str) -> Callable[[View], View]:
    """Let a view run for who has just shown the factor, or, having none, the password.

    Somebody who signs in without a password signs in anew. `page` names the page with the form,
    to which one comes back where a form was sent.
    """

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            asking = _what_asks(request)
            if asking is None:
                return view(request, *args, **kwargs)
            # What was only sent cannot be opened again.
            back = request.get_full_path() if request.method == "GET" else reverse(page)
            return redirect(f"{reverse(asking)}?{urlencode({'next': back})}")

        return checked

    return decorate


# The list of factors leads to all that is done with them.
confirmed = confirmed_for("mfa_index")


def _what_asks(request: HttpRequest) -> str | None:
    """The page where the person proves who they are; None for somebody who just did."""
    account: Account = request.user  # type: ignore[assignment]
    if has_factor(account):
        return None if shown_lately(request, account) else "second_factor"
    if _signed_in_lately(request, account):
        return None
    if account.has_usable_password():
        return "account_reauthenticate"
    logout(request)
    return "account_login"


def _signed_in_lately(request: HttpRequest, account: Account) -> bool:
    records = get_authentication_records(request, account)
    return any(0 <= time.time() - record["at"] <= LIFE for record in records)

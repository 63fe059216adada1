"""Who may change how they sign in: somebody who proved a moment ago that it is they."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tenants.accounts.models import Account
from tenants.accounts.second_factor.proof import LIFE, shown_lately
from tenants.accounts.second_factor.showing import has_factor

View = Callable[..., HttpResponse]


def confirmed(view: View) -> View:
    """Let a view run for who has just shown the factor, or, having none, the password.

    Somebody who signs in without a password signs in anew.
    """

    @never_cache
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        account: Account = request.user  # type: ignore[assignment]
        if has_factor(account):
            if shown_lately(request, account):
                return view(request, *args, **kwargs)
            name = "second_factor"
        elif _signed_in_lately(request, account):
            return view(request, *args, **kwargs)
        elif account.has_usable_password():
            name = "account_reauthenticate"
        else:
            logout(request)
            name = "account_login"
        return redirect(f"{reverse(name)}?{urlencode({'next': _page_of(request)})}")

    return checked


def _signed_in_lately(request: HttpRequest, account: Account) -> bool:
    records = get_authentication_records(request, account)
    return any(0 <= time.time() - record["at"] <= LIFE for record in records)


def _page_of(request: HttpRequest) -> str:
    # What was only sent cannot be opened again; the list of factors leads to all of it.
    return request.get_full_path() if request.method == "GET" else reverse("mfa_index")

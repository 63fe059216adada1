"""Who may see the operator's pages: operators, and nobody else learns that there are any."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeAlias

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from tenants.accounts.links import sign_in_url
from tenants.accounts.models import Account

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]


def operator_view(view: Callable[Concatenate[HttpRequest, Account, P], HttpResponse]) -> View[P]:
    """Make a view the operator's, which gets their account after the request.

    Who is not signed in is asked to, anybody else gets 404; nothing of it is kept by caches.
    """

    @login_not_required  # not by the middleware, which would not tell an operator apart
    @functools.wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        account = request.user
        if not account.is_authenticated:
            return redirect(sign_in_url(request))
        if not isinstance(account, Account) or not account.is_operator:
            raise Http404
        response = view(request, account, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return checked

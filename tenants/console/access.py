"""Who may see the operator's pages: operators who have shown their second factor.

Nobody else learns that there are any. As at a commune's desk, the session says who somebody is,
and a cookie of the central site's own host with its row says that the pages are open here: for
half a day, and until they rest for half an hour.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeAlias

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from tenants.accounts.desk import OPERATORS_DESK, note_seen, open_desk
from tenants.accounts.desk_cookie import desk_of, set_desk_cookie
from tenants.accounts.devices import user_agent
from tenants.accounts.links import factor_url, page_to_return_to, sign_in_url
from tenants.accounts.models import Account, DeskSession
from tenants.accounts.second_factor.proof import OPERATOR, Proof, use_proof
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.models import OperatorAct

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]


def operator_view(view: Callable[Concatenate[HttpRequest, Account, P], HttpResponse]) -> View[P]:
    """Make a view the operator's, which gets their account after the request.

    Who is not signed in is asked to, anybody else gets 404, an operator shows the second factor
    first; nothing of it is kept by caches.
    """

    @login_not_required  # not by the middleware, which would not tell an operator apart
    @functools.wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        account = request.user
        if not account.is_authenticated:
            return redirect(sign_in_url(request))
        if not isinstance(account, Account) or not account.is_operator:
            raise Http404
        desk = desk_of(request, account, OPERATORS_DESK)
        if desk is None:
            response = _open(request, account)
        else:
            note_seen(desk)
            response = view(request, account, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return checked


def _open(request: HttpRequest, account: Account) -> HttpResponse:
    """Open the pages for who has just shown the factor, and load the page again; or ask for it."""
    proof = use_proof(request, account, place=OPERATOR) if request.method == "GET" else None
    if proof is None:
        return redirect(factor_url(page_to_return_to(request)))
    desk = _open_for(account=account, proof=proof, device=user_agent(request))
    response = redirect(request.get_full_path())
    set_desk_cookie(response, desk)
    return response


@transaction.atomic
def _open_for(*, account: Account, proof: Proof, device: str) -> DeskSession:
    desk = open_desk(account_id=account.pk, commune_code=OPERATORS_DESK, proof=proof, device=device)
    record_act(act=OperatorAct.Act.SIGN_IN, operator=Operator.of(account), note=proof.method)
    return desk

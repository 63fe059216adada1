"""What was typed when the session had ended: kept sealed until its writer signed in again.

The anonymous session survives signing in, so its row carries the sealed fields across; they
open only for the same commune and path.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase

from tenants.accounts.links import sign_in_url
from tenants.communes.current import current_commune
from tenants.kit.crypto import SealBroken, seal, unseal

KEY = "parked"
# A form page has a few dozen fields; more than this is not one of ours.
LONGEST = 200_000
P = ParamSpec("P")


def keeps_typed(
    view: Callable[Concatenate[Any, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Require a signed-in account; keep a sent form of somebody whose session has ended."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            park(request)
        return HttpResponseRedirect(sign_in_url(request))

    return login_not_required(checked)


def park(request: HttpRequest) -> None:
    """Keep the fields of this request, sealed, for its path."""
    fields: dict[str, Any] = {
        name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"
    }
    plain = json.dumps(fields).encode()
    if len(plain) <= LONGEST:
        sealed = seal(plain, context=_context(request))
        request.session[KEY] = {_place(request): base64.b64encode(sealed).decode()}


def unpark(request: HttpRequest) -> QueryDict | None:
    """What was kept for this path, or ``None``. It stays until the page is saved."""
    kept = request.session.get(KEY, {}).get(_place(request))
    if kept is None:
        return None
    try:
        fields = json.loads(unseal(base64.b64decode(kept), context=_context(request)))
    except SealBroken:
        return None  # the key that sealed it was taken away meanwhile
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def forget_parked(request: HttpRequest) -> None:
    """What was kept has been saved."""
    request.session.pop(KEY, None)


def _place(request: HttpRequest) -> str:
    return f"{current_commune().code}{request.path}"


def _context(request: HttpRequest) -> str:
    return f"parked:{_place(request)}"

"""Before signing, the second factor again: whoever sits down at an open desk cannot sign.

What was typed before the factor was asked for comes back with the page: sealed in the session, for
this account and page alone, and once.
"""

from __future__ import annotations

import base64
import json
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict

from tenants.accounts.desk import may_sign_at, note_factor
from tenants.accounts.links import factor_url
from tenants.accounts.second_factor.proof import use_proof
from tenants.communes.current import current_commune
from tenants.kit.crypto import SealBroken, seal, unseal
from tenants.organisation.desk_access import DeskRequest, View

_TYPED = "typed_before_signing"
_CSRF = "csrfmiddlewaretoken"


def signing_view(view: View) -> View:
    """Let a desk's view run only while the factor was shown a few minutes ago at most.

    Else the person shows it on the central site and comes back to this very page. Stands under
    `desk_view`; the page must answer GET as well.
    """

    @wraps(view)
    def checked(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_sign_at(request.desk):
            life = settings.SIGNING_FACTOR_AGE.total_seconds()
            place = current_commune().code
            proof = use_proof(request, request.user, place=place, life=life)
            if proof is None:
                _keep_typed(request)
                return HttpResponseRedirect(factor_url(request.build_absolute_uri(), signing=True))
            note_factor(request.desk, proof)
        return view(request, *args, **kwargs)

    return checked


def typed_before(request: HttpRequest) -> QueryDict | None:
    """Return what was typed on this page before the factor was asked for; once."""
    if request.method != "GET" or _TYPED not in request.session:
        return None
    sealed = request.session.pop(_TYPED)
    try:
        plain = unseal(base64.b64decode(sealed), context=_context(request))
    except (SealBroken, ValueError, TypeError):
        return None
    typed = QueryDict(mutable=True)
    for name, values in json.loads(plain).items():
        typed.setlist(name, values)
    return typed


def _keep_typed(request: HttpRequest) -> None:
    if request.method != "POST":
        return
    typed = {name: values for name, values in request.POST.lists() if name != _CSRF}
    sealed = seal(json.dumps(typed).encode(), context=_context(request))
    request.session[_TYPED] = base64.b64encode(sealed).decode()


def _context(request: HttpRequest) -> str:
    return f"typed:{request.user.pk}:{current_commune().code}:{request.path}"

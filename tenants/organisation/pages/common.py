"""What all pages of the organisation share: who may open them, and their frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.errors import OrganisationError
from tenants.organisation.models import Role
from tenants.organisation.powers import powers_of

View = Callable[..., HttpResponseBase]
Row = TypeVar("Row", bound=models.Model)
LOG_READERS = (Role.ADMINISTRATOR.value, Role.LEADER.value)


def administrator_view(view: View) -> View:
    """A page of the desk for the commune's administrators; 404 for the others."""
    return _view_for((Role.ADMINISTRATOR.value,), view)


def log_view(view: View) -> View:
    """A page of the desk for those who read the commune's log; 404 for the others."""
    return _view_for(LOG_READERS, view)


def _view_for(roles: tuple[str, ...], view: View) -> View:
    @wraps(view)
    def checked(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not powers_of(request.official).has_role(*roles):
            raise Http404
        return view(request, *args, **kwargs)

    return desk_view(checked)


def get_row(rows: models.QuerySet[Row], key: object) -> Row:
    """Return the row with this key among these, else 404."""
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, current: str, status: int = 200
) -> HttpResponse:
    """Draw a page of the organisation; ``current`` names the entry that is open."""
    official = request.official  # type: ignore[attr-defined]
    powers = powers_of(official)
    context = {
        "official": official,
        "current": current,
        "manages": powers.has_role(Role.ADMINISTRATOR),
        "reads_log": powers.has_role(*LOG_READERS),
        **context,
    }
    response = render(request, f"tenants/organisation/{template}.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def attempt(request: HttpRequest, change: Callable[[], object], done: str = "") -> bool:
    """Make a change that needs no words; say what stood in its way."""
    try:
        change()
    except OrganisationError as error:
        messages.warning(request, str(error))
        return False
    messages.success(request, done or _("Đã lưu."))
    return True

"""What the pages of the hall share: who may open them, and their frames."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from services.desk.views.common import desk_page
from services.reception.arranging import may_arrange
from services.reception.errors import ReceptionError
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import Role
from tenants.organisation.powers import powers_of

View = Callable[..., HttpResponseBase]
Row = TypeVar("Row", bound=models.Model)


def reception_view(view: View) -> View:
    """A view of the desk for those who receive cases; 404 for the others."""

    @wraps(view)
    def checked(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not powers_of(request.official).has_role(Role.RECEPTION):
            raise Http404
        return view(request, *args, **kwargs)

    return desk_view(checked)


def arranging_view(view: View) -> View:
    """A view of the desk for heads and administrators; 404 for the others."""

    @wraps(view)
    def checked(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_arrange(request.official):
            raise Http404
        return view(request, *args, **kwargs)

    return desk_view(checked)


def hall_page(
    request: DeskRequest, name: str, context: dict[str, Any], *, current: str, status: int = 200
) -> HttpResponse:
    """Draw a page of the desk about the hall; ``current`` names the entry that is open."""
    template = f"services/reception/{name}.html"
    return desk_page(request, request.official, template, context, current=current, status=status)


def attempt(request: HttpRequest, change: Callable[[], Any], done: str = "") -> Any:
    """Do something; say what stood in its way. Gives what it gave, None when it was refused."""
    try:
        result = change()
    except ReceptionError as error:
        messages.warning(request, str(error))
        return None
    if done:
        messages.success(request, done)
    return result


def get_row(model: type[Row], key: object) -> Row:
    """The row with this key, else 404."""
    found = model._default_manager.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def plain_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Draw a page for a citizen or a device, which no cache may keep."""
    response = render(request, f"services/reception/{template}.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response

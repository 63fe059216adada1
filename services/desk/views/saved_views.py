"""The page of an official's own ways of looking at the list: keep, rename, delete."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from services.cases.list_filters import filters_of
from services.cases.saved_views import (
    MOST,
    NAME_LENGTH,
    ViewNotKept,
    delete_view,
    kept_address,
    rename_view,
    save_view,
)
from services.desk.views.common import desk_page
from tenants.organisation.desk_access import DeskRequest, desk_view


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def views(request: DeskRequest) -> HttpResponse:
    """The views that are kept; a new one is sent here from the list with its address."""
    filters = filters_of(request.POST.get("ve", request.GET.urlencode())[:400])
    problem = ""
    if request.method == "POST":
        try:
            name = request.POST.get("ten", "")
            view = save_view(official=request.official, name=name, filters=filters)
            messages.success(request, _("Đã lưu cách xem “%(name)s”.") % {"name": view.name})
            return redirect(f"{reverse('desk-list')}?{view.query}")
        except ViewNotKept as error:
            problem = str(error)
    context = {
        "address": kept_address(filters),
        "problem": problem,
        "typed": request.POST.get("ten", "")[:NAME_LENGTH],
        "longest": NAME_LENGTH,
        "most": MOST,
    }
    status = 422 if problem else 200
    template = "services/desk/saved_views.html"
    return desk_page(request, request.official, template, context, current="views", status=status)


@require_POST
@desk_view
def rename(request: DeskRequest, view_id: UUID) -> HttpResponse:
    """Give one of them another name."""
    try:
        rename_view(official=request.official, view_id=view_id, name=request.POST.get("ten", ""))
        messages.success(request, _("Đã đổi tên."))
    except ViewNotKept as error:
        messages.warning(request, str(error))
    return redirect("desk-views")


@require_POST
@desk_view
def delete(request: DeskRequest, view_id: UUID) -> HttpResponse:
    """Keep one of them no longer."""
    view = delete_view(official=request.official, view_id=view_id)
    messages.success(request, _("Đã xóa cách xem “%(name)s”.") % {"name": view.name})
    return redirect("desk-views")

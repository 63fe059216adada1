"""Departments: one page, on which everything about them is done."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.organisation.departments import (
    add_department,
    move_department,
    remove_department,
    rename_department,
)
from tenants.organisation.desk_access import DeskRequest
from tenants.organisation.errors import OrganisationError
from tenants.organisation.forms import DepartmentForm
from tenants.organisation.models import Department
from tenants.organisation.pages.common import administrator_view, attempt, get_row, page

_ADDRESS = "organisation-departments"


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_view
def departments(request: DeskRequest) -> HttpResponse:
    """The departments in order, and adding one."""
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_department(name=form.cleaned_data["name"], by=request.official)
        except OrganisationError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Đã thêm phòng."))
            return redirect(_ADDRESS)
    people = Count("officials", filter=Q(officials__active=True))
    context = {"departments": Department.objects.annotate(people=people), "form": form}
    status = 422 if form.errors else 200
    return page(request, "departments", context, current="departments", status=status)


@require_POST
@administrator_view
def rename(request: DeskRequest, department_id: UUID) -> HttpResponse:
    """Give a department another name."""
    one = get_row(Department.objects.all(), department_id)
    form = DepartmentForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        attempt(request, lambda: rename_department(department=one, name=name, by=request.official))
    else:
        messages.warning(request, " ".join(map(str, form.errors["name"])))
    return redirect(_ADDRESS)


@require_POST
@administrator_view
def move(request: DeskRequest, department_id: UUID) -> HttpResponse:
    """Put a department one place up or down."""
    one = get_row(Department.objects.all(), department_id)
    up = request.POST.get("huong") == "len"
    attempt(request, lambda: move_department(department=one, up=up, by=request.official))
    return redirect(_ADDRESS)


@require_POST
@administrator_view
def remove(request: DeskRequest, department_id: UUID) -> HttpResponse:
    """Remove a department in which nobody is."""
    one = get_row(Department.objects.all(), department_id)
    attempt(request, lambda: remove_department(department=one, by=request.official), _("Đã bỏ."))
    return redirect(_ADDRESS)

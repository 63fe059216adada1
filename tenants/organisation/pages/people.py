"""Officials: the list, one's post and rights, leaving, coming back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.kit.text import fold
from tenants.organisation.desk_access import DeskRequest
from tenants.organisation.errors import OrganisationError
from tenants.organisation.forms import LeavingForm, OfficialForm
from tenants.organisation.log import role_names
from tenants.organisation.models import Department, Official, Role
from tenants.organisation.pages.common import administrator_view, attempt, get_row, page
from tenants.organisation.people import bring_back, change_official, end_work
from tenants.organisation.work import get_work, scope_names

LEFT = "da-nghi"
# What the list is narrowed by, and its name in the address.
ASKED = {"name": "ten", "department": "phong", "role": "vai-tro", "state": "tinh-trang"}


@require_safe
@administrator_view
def people(request: DeskRequest) -> HttpResponse:
    """Everybody who works or worked here, by department, role, state and name."""
    given = {name: request.GET.get(asked, "").replace("\0", "") for name, asked in ASKED.items()}
    wanted = fold(given["name"][:100])
    shown = [
        {
            "one": one,
            "roles": role_names(one.roles),
            "scope": "; ".join(scope_names(one.scope)) if one.scope else "",
        }
        for one in _listed(given)
        if wanted in fold(f"{one.name} {one.title}")
    ]
    context = {
        "people": shown,
        "departments": Department.objects.all(),
        "roles": Role.choices,
        "given": given,
        "narrowed": any(given.values()),
    }
    return page(request, "people", context, current="people")


def _listed(given: dict[str, str]) -> QuerySet[Official]:
    officials = Official.objects.select_related("department")
    officials = officials.filter(active=given["state"] != LEFT)
    if given["role"] in Role.values:
        officials = officials.filter(roles__contains=given["role"])
    try:
        department = UUID(given["department"])
    except ValueError:
        return officials
    return officials.filter(department_id=department)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_view
def official(request: DeskRequest, official_id: UUID) -> HttpResponse:
    """One official's post and rights, and changing them."""
    one = get_row(Official.objects.select_related("department"), official_id)
    form = OfficialForm(request.POST or None, fields=get_work().fields(), initial=_post_of(one))
    if request.method == "POST" and form.is_valid():
        try:
            change_official(official=one, post=form.post(), by=request.official)
        except OrganisationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã lưu. Đổi quyền thì bàn đang mở của người đó tự đóng."))
            return redirect("organisation-official", official_id=one.pk)
    context = {
        "one": one,
        "form": form,
        "held": get_work().held_by(one),
        "self": one.pk == request.official.pk,
    }
    return page(request, "official", context, current="people", status=422 if form.errors else 200)


def _post_of(one: Official) -> dict[str, object]:
    return {
        "name": one.name,
        "title": one.title,
        "department": one.department_id,
        "roles": one.roles.split(),
        "may_sign": one.may_sign,
        "scope": one.scope.split(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_view
def leaving(request: DeskRequest, official_id: UUID) -> HttpResponse:
    """End somebody's work here, saying who goes on with what they have in hand."""
    one = get_row(Official.objects.filter(active=True), official_id)
    initial = {"left_on": timezone.localdate()}
    form = LeavingForm(request.POST or None, official=one, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            handed = end_work(
                official=one, left_on=typed["left_on"], to=typed["to"], by=request.official
            )
        except OrganisationError as error:
            form.add_error(None, str(error))
        else:
            text = _(
                "%(name)s đã nghỉ việc ở đây. %(taken)d hồ sơ có người nhận,"
                " %(returned)d hồ sơ về bước."
            )
            counts = {"taken": handed.taken, "returned": handed.returned}
            messages.success(request, text % {"name": one.name, **counts})
            return redirect("organisation")
    context = {"one": one, "form": form, "held": get_work().held_by(one)}
    return page(request, "leaving", context, current="people", status=422 if form.errors else 200)


@require_POST
@administrator_view
def returning(request: DeskRequest, official_id: UUID) -> HttpResponse:
    """Let somebody who left work here again."""
    one = get_row(Official.objects.all(), official_id)
    attempt(request, lambda: bring_back(official=one, by=request.official))
    return redirect("organisation-official", official_id=one.pk)

"""Giving one's rights to another for some days, and ending that early."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.organisation.delegations import (
    delegations_for,
    end_delegation,
    give_rights,
    may_give,
)
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.errors import OrganisationError
from tenants.organisation.forms import DelegationForm
from tenants.organisation.log import role_names
from tenants.organisation.models import Delegation, Official, Role
from tenants.organisation.pages.common import attempt, get_row, page
from tenants.organisation.powers import MARKS

SHOWN = 100
_ADDRESS = "organisation-delegations"


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def delegations(request: DeskRequest) -> HttpResponse:
    """What was given to whom, and giving more; administrators see everybody's."""
    by, today = request.official, timezone.localdate()
    days = {"starts_on": today, "ends_on": today}
    form = DelegationForm(request.POST or None, by=by, initial=days)
    if request.method == "POST" and form.is_valid():
        typed = {"giver": by, **form.cleaned_data}
        try:
            give_rights(by=by, **typed)
        except OrganisationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã ghi ủy quyền; hết hạn thì quyền tự chấm dứt."))
            return redirect(_ADDRESS)
    shown = [_shown(one, by) for one in delegations_for(by)[:SHOWN]]
    context = {
        "delegations": shown,
        "form": form,
        "gives": bool(may_give(by)) or by.has_role(Role.ADMINISTRATOR),
    }
    status = 422 if form.errors else 200
    return page(request, "delegations", context, current="delegations", status=status)


@require_POST
@desk_view
def end(request: DeskRequest, delegation_id: UUID) -> HttpResponse:
    """End a delegation before its last day."""
    one = get_row(delegations_for(request.official), delegation_id)
    attempt(
        request,
        lambda: end_delegation(delegation=one, by=request.official),
        _("Đã chấm dứt ủy quyền."),
    )
    return redirect(_ADDRESS)


def _shown(one: Delegation, by: Official) -> dict[str, object]:
    today = timezone.localdate()
    if one.ended_at is not None:
        state, text = "plain", _("đã chấm dứt")
    elif one.ends_on < today:
        state, text = "plain", _("đã hết hạn")
    elif one.starts_on > today:
        state, text = "soon", _("sắp có hiệu lực")
    else:
        state, text = "done", _("đang có hiệu lực")
    ends = one.giver_id == by.pk or by.has_role(Role.ADMINISTRATOR)
    return {
        "one": one,
        "mark": MARKS[one.capacity],
        "roles": role_names(one.roles),
        "state": state,
        "text": text,
        "may_end": ends and state != "plain",
    }

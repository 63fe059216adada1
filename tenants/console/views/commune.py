"""One commune as the operator sees it: how its system stands, never what is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import Account
from tenants.communes.current import CommuneNotOnboarded
from tenants.communes.hosts import commune_url
from tenants.communes.models import Commune, Figures
from tenants.communes.versions import code_version
from tenants.console.access import operator_view
from tenants.console.commune_list import version_note
from tenants.console.forms import ReasonForm, SupportForm
from tenants.console.numbers import grouped, local_minute
from tenants.console.reading import commune_name, shown_acts, shown_jobs
from tenants.fleet.acts import Operator
from tenants.fleet.models import OperatorAct, SupportAccess, Upgrade
from tenants.fleet.support import open_access
from tenants.fleet.suspension import (
    CommuneMerged,
    ReasonNotValid,
    Suspension,
    resume_commune,
    suspend_commune,
)
from tenants.jobs.failed import failed_jobs

SHOWN = 10


@operator_view
@require_safe
def commune(request: HttpRequest, operator: Account, code: str) -> HttpResponse:
    """How a commune's system stands and what was done to it."""
    return commune_page(request, get_commune(code))


@operator_view
@require_POST
def suspend(request: HttpRequest, operator: Account, code: str) -> HttpResponse:
    """Close a commune's pages."""
    done = _("Đã tạm ngừng. Máy chủ khác biết trong vòng 60 giây.")
    already = _("Đơn vị đã tạm ngừng từ trước; không có gì thay đổi.")
    return _change(request, operator, code, suspend_commune, done, already)


@operator_view
@require_POST
def resume(request: HttpRequest, operator: Account, code: str) -> HttpResponse:
    """Open a commune's pages again."""
    done = _("Đã mở lại. Máy chủ khác biết trong vòng 60 giây.")
    already = _("Đơn vị vẫn đang hoạt động; không có gì thay đổi.")
    return _change(request, operator, code, resume_commune, done, already)


def get_commune(code: str) -> Commune:
    """Return a commune that is or was onboarded, else 404."""
    found: Commune | None = Commune.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _change(
    request: HttpRequest,
    operator: Account,
    code: str,
    change: Callable[..., Suspension],
    done: str,
    already: str,
) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return commune_page(request, get_commune(code), form)
    try:
        found = change(
            code=code, operator=Operator.of(operator), reason=form.cleaned_data["reason"]
        )
    except CommuneNotOnboarded as error:
        raise Http404 from error
    except (CommuneMerged, ReasonNotValid) as error:
        messages.warning(request, str(error))
    else:
        if found is Suspension.DONE:
            messages.success(request, done)
        else:
            messages.info(request, already)
    return redirect("operator-commune", code=code)


def commune_page(
    request: HttpRequest,
    commune: Commune,
    form: ReasonForm | None = None,
    support_form: SupportForm | None = None,
) -> HttpResponse:
    """Draw the page of a commune, with a form that was not right as it was sent."""
    upgrades = Upgrade.objects.filter(commune_code=commune.code).order_by("-id")[:SHOWN]
    acts = OperatorAct.objects.filter(commune_code=commune.code).order_by("-id")[:SHOWN]
    support = open_access(commune.code, cast(Account, request.user).pk)
    context = {
        "current": "communes",
        "one": commune,
        "facts": _facts(commune),
        "url": commune_url(commune.code),
        "successor_name": commune_name(commune.successor_code) if commune.successor_code else "",
        "upgrades": [_upgrade(upgrade) for upgrade in upgrades],
        "jobs": shown_jobs(failed_jobs(commune_code=commune.code, limit=SHOWN)),
        "from_commune": True,
        "acts": shown_acts(acts),
        "form": form or ReasonForm(),
        "support_form": support_form or SupportForm(),
        "support": support,
        "support_url": _support_url(support) if support else "",
    }
    return render(request, "tenants/console/commune.html", context)


def _support_url(support: SupportAccess) -> str:
    path = reverse("support-desk", args=[support.pk], urlconf="config.urls_commune")
    return commune_url(support.commune_code, path)


def _facts(commune: Commune) -> list[tuple[str, str]]:
    figures = Figures.objects.filter(commune_code=commune.code).first() or Figures()
    note = version_note(commune.schema_version, commune.oldest_code)
    version = _("%(version)d (phần mềm đang ở %(ours)d)") % {
        "version": commune.schema_version,
        "ours": code_version(),
    }
    return [
        (_("Mã"), commune.code),
        (_("Tình trạng"), capfirst(commune.get_state_display())),
        (_("Từ lúc"), local_minute(commune.state_changed_at)),
        (_("Vào hệ thống"), local_minute(commune.onboarded_at)),
        (_("Phiên bản lược đồ"), f"{version}, {note}" if note else version),
        (_("Cụm dữ liệu"), commune.cluster),
        (_("Hồ sơ"), grouped(figures.cases)),
        (_("Đang giải quyết"), grouped(figures.open_cases)),
        (_("Hoạt động gần nhất"), local_minute(figures.last_activity_at) or _("chưa có")),
    ]


def _upgrade(upgrade: Upgrade) -> dict[str, Any]:
    return {
        "at": local_minute(upgrade.at),
        "versions": f"{upgrade.from_version} → {upgrade.to_version}",
        "done": upgrade.result == Upgrade.Result.DONE,
        "result": capfirst(upgrade.get_result_display()),
        "milliseconds": grouped(round(upgrade.seconds * 1000)),
        "error": upgrade.error,
    }

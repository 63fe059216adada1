"""Jobs that were given up: which, why, and trying them again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import Account
from tenants.communes.official_list import official_communes, search_communes
from tenants.console.access import operator_view
from tenants.console.numbers import grouped
from tenants.console.reading import commune_name, key_of, shown_jobs
from tenants.console.task_names import task_name
from tenants.fleet.acts import Operator
from tenants.fleet.retries import retry_given_up_job, retry_given_up_jobs
from tenants.jobs.failed import failed_jobs
from tenants.jobs.models import Job

PAGE = 50


@operator_view
@require_safe
def failed(request: HttpRequest, operator: Account) -> HttpResponse:
    """The jobs that were given up, the newest first, by kind and commune."""
    typed = request.GET.get("xa", "").replace("\0", "").strip()[:80]
    task = request.GET.get("viec", "").replace("\0", "")[:160]
    code = _code_of(typed)
    # A name that nobody has leads to nothing, not to everything.
    unknown = bool(typed) and not code
    found = (
        []
        if unknown
        else failed_jobs(
            commune_code=code,
            task=task,
            after=key_of(request.GET.get("sau", "")),
            limit=PAGE + 1,
        )
    )
    older = urlencode({"xa": code, "viec": task, "sau": found[PAGE - 1].pk}) if found[PAGE:] else ""
    context = {
        "current": "failed",
        "typed": typed,
        "code": code,
        "narrowed_to": commune_name(code) if code else "",
        "task": task,
        "kinds": _kinds(),
        "jobs": shown_jobs(found[:PAGE]),
        "older": older,
    }
    return render(request, "tenants/console/failed_jobs.html", context)


@operator_view
@require_POST
def retry(request: HttpRequest, operator: Account) -> HttpResponse:
    """Queue one given-up job again, or all of a kind (of one commune if asked)."""
    by = Operator.of(operator)
    code = request.POST.get("xa", "")[:5]
    if key := key_of(request.POST.get("job", "")):
        jobs = int(retry_given_up_job(job_id=key, operator=by))
    else:
        task = request.POST.get("viec", "").replace("\0", "")[:160]
        jobs = retry_given_up_jobs(task=task, commune_code=code, operator=by) if task else 0
    if jobs:
        text = ngettext("%(n)s việc được chạy lại.", "%(n)s việc được chạy lại.", jobs)
        messages.success(request, text % {"n": grouped(jobs)})
    else:
        messages.info(request, _("Không còn việc lỗi nào như vậy; có lẽ đã được chạy lại rồi."))
    if "from_commune" in request.POST and code in official_communes():
        return redirect("operator-commune", code=code)
    return redirect("operator-failed-jobs")


def _code_of(typed: str) -> str:
    """Return the code of the commune that is meant: by its code, else the likeliest name."""
    if typed in official_communes():
        return typed
    found = search_communes(typed, 1)
    return found[0].code if found else ""


def _kinds() -> list[dict[str, Any]]:
    kinds = (
        Job.objects.filter(state=Job.State.FAILED)
        .values("task")
        .annotate(jobs=Count("pk"), communes=Count("commune_code", distinct=True))
        .order_by("-jobs", "task")
    )
    return [
        {
            "task": kind["task"],
            "name": task_name(kind["task"]),
            "jobs": grouped(kind["jobs"]),
            "communes": grouped(kind["communes"]),
        }
        for kind in kinds
    ]

"""The fleet at a glance, and the operators' log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.accounts.models import Account
from tenants.communes.versions import can_serve, code_version
from tenants.console.access import operator_view
from tenants.console.commune_list import fleet_totals, version_note
from tenants.console.numbers import duration, grouped, local_minute
from tenants.console.reading import key_of, shown_acts
from tenants.fleet.models import OperatorAct, Upgrade
from tenants.fleet.upgrade_status import Left, Run, communes_behind, last_run
from tenants.jobs.failed import QueueFigures, queue_figures
from tenants.jobs.models import FLEET_QUEUE

ACTS_PAGE = 50
SHOWN_ACTS = 5
SHOWN_LEFT = 50
# Somebody waits for what the queue does: after a minute it should be looked at.
LONG_WAIT_SECONDS = 60


@operator_view
@require_safe
def fleet(request: HttpRequest, operator: Account) -> HttpResponse:
    """Communes by version, the last upgrade, the queues, and what operators did last."""
    totals = fleet_totals()
    missed = [left for left in communes_behind() if left.result]
    context = {
        "current": "fleet",
        "communes": grouped(totals.communes),
        "cases": grouped(totals.cases),
        "open_cases": grouped(totals.open_cases),
        "behind": grouped(totals.behind),
        "not_served": grouped(totals.not_served),
        "ours": code_version(),
        "versions": _versions(totals.by_version),
        "run": _run(last_run()),
        "missed": [_missed(left) for left in missed[:SHOWN_LEFT]],
        "more_missed": grouped(len(missed) - SHOWN_LEFT) if missed[SHOWN_LEFT:] else "",
        "queues": [_queue(queue) for queue in queue_figures()],
        "acts": shown_acts(OperatorAct.objects.order_by("-id")[:SHOWN_ACTS]),
        "with_commune": True,
    }
    return render(request, "tenants/console/fleet.html", context)


@operator_view
@require_safe
def log(request: HttpRequest, operator: Account) -> HttpResponse:
    """What operators did, the newest first."""
    acts = OperatorAct.objects.order_by("-id")
    if after := key_of(request.GET.get("sau", "")):
        acts = acts.filter(id__lt=after)
    found = list(acts[: ACTS_PAGE + 1])
    context = {
        "current": "log",
        "acts": shown_acts(found[:ACTS_PAGE]),
        "older": found[ACTS_PAGE - 1].pk if found[ACTS_PAGE:] else "",
        "with_commune": True,
    }
    return render(request, "tenants/console/log.html", context)


def _versions(by_version: Mapping[int, int]) -> list[dict[str, Any]]:
    most = max(by_version.values(), default=1)
    return [
        {
            "version": version,
            "communes": grouped(communes),
            "part": communes,
            "most": most,
            "note": capfirst(version_note(version, 0)),
            "served": can_serve(version, 0),
        }
        for version, communes in sorted(by_version.items(), reverse=True)
    ]


def _run(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "at": local_minute(run.began),
        "lasted": duration((run.ended - run.began).total_seconds()),
        "done": grouped(run.results.get(Upgrade.Result.DONE, 0)),
        **{
            result: grouped(run.results[result]) if result in run.results else ""
            for result in (Upgrade.Result.LOCKED.value, Upgrade.Result.FAILED.value)
        },
    }


def _missed(left: Left) -> dict[str, Any]:
    return {
        "code": left.code,
        "name": left.name,
        "version": left.version,
        "result": capfirst(str(Upgrade.Result(left.result).label)),
        "error": left.error,
    }


def _queue(queue: QueueFigures) -> dict[str, Any]:
    seconds = queue.waits_for.total_seconds() if queue.waits_for is not None else 0.0
    return {
        "name": _("Của hệ thống") if queue.queue == FLEET_QUEUE else _("Của các đơn vị"),
        "waiting": grouped(queue.waiting),
        "later": grouped(queue.later),
        "running": grouped(queue.running),
        "failed": grouped(queue.failed) if queue.failed else "",
        "waits_for": duration(seconds) if queue.waiting else "",
        "long": seconds > LONG_WAIT_SECONDS,
    }

"""The list of communes; the operator sees communes, never cases."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.accounts.models import Account
from tenants.communes.official_list import official_communes
from tenants.console.access import operator_view
from tenants.console.commune_list import (
    BY_PROVINCE,
    ORDERS,
    PAGE,
    STATES,
    VERSIONS,
    Wanted,
    find_communes,
    fleet_totals,
    print_rows,
)
from tenants.console.numbers import grouped

EVERYTHING = "tat-ca"
_LAST_PAGE = 1000


@operator_view
@require_safe
def communes(request: HttpRequest, operator: Account) -> HttpResponse:
    """The communes on the platform: by province, state or version, searched, in some order."""
    wanted = _wanted(request)
    found, totals = find_communes(wanted), fleet_totals()
    last = len(found.rows) if not wanted.page else (wanted.page - 1) * PAGE + len(found.rows)
    context = {
        "current": "communes",
        "wanted": wanted,
        # Every part of a row was escaped where it was printed.
        "rows": mark_safe(print_rows(found.rows)),  # noqa: S308
        "first": grouped((max(wanted.page, 1) - 1) * PAGE + 1),
        "last": grouped(last),
        "found": grouped(found.communes),
        "found_cases": grouped(found.cases),
        "found_open": grouped(found.open_cases),
        "totals": totals,
        "onboarded": grouped(totals.communes),
        "in_country": grouped(len(official_communes())),
        "states": [(word, state.label) for word, state in STATES.items()],
        "columns": _columns(wanted),
        **_pages(wanted, found.communes),
    }
    return render(request, "tenants/console/communes.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    given = {name: request.GET.get(name, "").replace("\0", "").strip() for name in request.GET}
    page = given.get("trang", "")
    version, order = given.get("phien-ban", ""), given.get("xep", "")
    state = given.get("tinh-trang", "")
    return Wanted(
        query=given.get("q", "")[:80],
        province=given.get("tinh", "")[:3],
        state=state if state in STATES else "",
        version=version if version in VERSIONS else "",
        order=order if order in ORDERS else BY_PROVINCE,
        page=0 if page == EVERYTHING else _number(page),
    )


def _number(text: str) -> int:
    # Digits of other scripts are decimal too; a very long number is no page.
    return min(max(int(text), 1), _LAST_PAGE) if text.isdecimal() and len(text) < 6 else 1


def _pages(wanted: Wanted, communes: int) -> dict[str, Any]:
    """Return the addresses of the other pages, empty where there is none."""
    paged = wanted.page > 0
    has_next = paged and wanted.page * PAGE < communes
    return {
        "previous": _address(wanted, trang=wanted.page - 1) if wanted.page > 1 else "",
        "next": _address(wanted, trang=wanted.page + 1) if has_next else "",
        "everything": _address(wanted, trang=EVERYTHING) if paged and communes > PAGE else "",
        "in_pages": "" if paged else _address(wanted),
    }


def _columns(wanted: Wanted) -> list[dict[str, str]]:
    """Return the heads of the columns; some lead to the list in their order."""
    heads = (
        (_("Mã"), "w-code", None, ""),
        (_("Đơn vị"), "", "ten", "ascending"),
        (_("Tỉnh, thành phố"), "", BY_PROVINCE, "ascending"),
        (_("Tình trạng"), "", None, ""),
        (_("Lược đồ"), "", None, ""),
        (_("Đang giải quyết"), "r", "dang-giai-quyet", "descending"),
        (_("Hồ sơ"), "r", None, ""),
        (_("Hoạt động cuối"), "", "hoat-dong", "descending"),
    )
    return [
        {
            "title": title,
            "class": css,
            "address": "" if order is None else _address(wanted, xep=order),
            "sorted": direction if order == wanted.order else "",
        }
        for title, css, order, direction in heads
    ]


def _address(wanted: Wanted, **changed: str | int) -> str:
    return "?" + urlencode(wanted.address(**changed))

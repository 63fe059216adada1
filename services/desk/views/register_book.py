"""The case register at the desk: read for any period, printed as a book, saved as a table."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from documents.files.models import StoredFile
from documents.files.serving import file_response
from documents.registers.joining import NotPrinted, TooManyDocuments, join_documents
from documents.rendering.html import render_html
from services.cases.register_book import (
    SAVED,
    Period,
    PeriodRefused,
    books,
    check_period,
    get_book,
    may_read_register,
    parts_of,
    received_cases,
    rows_of,
    sees_whole_register,
)
from services.cases.tasks import make_register
from services.desk.views.common import desk_page
from tenants.history.events import record_event
from tenants.kit.export import FORMATS, Format, attachment_response, export_response
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import Official, get_letterhead
from tenants.organisation.powers import actor_of, powers_of

PAGE = 50
MOST_SAVED = 20_000
SHOWN_BOOKS = 20


@require_safe
@desk_view
def register(request: DeskRequest) -> HttpResponse:
    """The rows of a period (this month, when none is asked for) and the books printed."""
    official = _reader(request)
    period, error = _period(request.GET)
    page = Paginator(received_cases(official, period), PAGE).get_page(request.GET.get("trang"))
    whole = sees_whole_register(official)
    parts = parts_of(period) if whole else []
    context: dict[str, Any] = {
        "period": period,
        "error": error,
        "typed": request.GET,
        "query": _query(period),
        "page": page,
        "rows": list(rows_of(page.object_list, get_letterhead())),
        "whole": whole,
        "parts": parts,
        "printed": bool(parts) and all(part.file_id for part in parts),
        "books": list(books()[:SHOWN_BOOKS]) if whole else [],
    }
    template = "services/desk/register.html"
    return desk_page(
        request, official, template, context, current="register", status=400 if error else 200
    )


@require_POST
@desk_view
def make(request: DeskRequest) -> HttpResponse:
    """Have the book of a period printed; the job makes its parts."""
    official = _reader(request)
    if not sees_whole_register(official):
        raise Http404
    period, error = _period(request.POST)
    if error:
        messages.warning(request, error)
    else:
        make_register.enqueue(str(official.pk), period.first.isoformat(), period.last.isoformat())
        messages.success(
            request,
            _("Đang in sổ. Sổ hiện ở cuối trang này sau ít phút, xin tải lại trang."),
        )
    return redirect(f"{reverse('desk-register')}?{_query(period)}")


@require_safe
@desk_view
def save(request: DeskRequest, format: Format) -> HttpResponseBase:
    """The rows of a period as a table for a spreadsheet; written down in the commune's log."""
    official = _reader(request)
    period, error = _period(request.GET)
    if format not in FORMATS or error:
        raise Http404
    letterhead = get_letterhead()
    if request.method == "GET":
        record_event(
            verb=SAVED,
            subject_id=official.pk,
            actor=actor_of(official, powers_of(official).grants[0]),
            details={"period": str(period)},
        )
    cases = received_cases(official, period)[:MOST_SAVED].iterator(chunk_size=500)
    return export_response(
        name=f"so-theo-doi-{period.first:%Y%m%d}-{period.last:%Y%m%d}",
        columns=_columns(),
        rows=(
            (
                row.number, row.code, row.procedure, row.sets, row.name, row.address, row.phone,
                row.agency, row.accepted_at, row.due_at, row.returned_at, row.way, row.signed,
                row.note,
            )
            for row in rows_of(cases, letterhead)
        ),
        format=format,
    )  # fmt: skip


@require_safe
@desk_view
def book(request: DeskRequest, document_id: UUID) -> HttpResponseBase:
    """A printed part of a book: its PDF, until that is there its page."""
    official = _reader(request)
    found = get_book(document_id) if sees_whole_register(official) else None
    if found is None:
        raise Http404
    if found.file_id is None:
        response = HttpResponse(render_html(found, preview=True))
        response["Cache-Control"] = "no-store"
        return response
    stored = StoredFile.objects.get(pk=found.file_id)
    return file_response(stored, name=f"{found.title}.pdf", inline=True)


@require_safe
@desk_view
def whole_book(request: DeskRequest) -> HttpResponseBase:
    """The whole book of a period as one PDF, to be printed in one go."""
    official = _reader(request)
    period, error = _period(request.GET)
    parts = parts_of(period) if sees_whole_register(official) and not error else []
    if not parts:
        raise Http404
    try:
        joined = join_documents([part.pk for part in parts])
    except (NotPrinted, TooManyDocuments) as refused:
        messages.warning(request, str(refused))
        return redirect(f"{reverse('desk-register')}?{_query(period)}")
    name = f"so-theo-doi-{period.first:%Y%m%d}-{period.last:%Y%m%d}.pdf"
    return attachment_response(joined, name=name, content_type="application/pdf")


def _reader(request: DeskRequest) -> Official:
    if not may_read_register(request.official):
        raise Http404
    return request.official


def _period(given: Any) -> tuple[Period, str]:
    """The period asked for, or this month with what was wrong."""
    today = timezone.localdate()
    usual = Period(today.replace(day=1), today)
    if not given.get("tu") and not given.get("den"):
        return usual, ""
    first, last = _day(given.get("tu", "")), _day(given.get("den", ""))
    if first is None or last is None:
        return usual, _("Xin chọn cả ngày đầu và ngày cuối, ví dụ 01/01/2026 và 31/03/2026.")
    try:
        return check_period(first, last), ""
    except PeriodRefused as refused:
        return usual, str(refused)


def _day(text: str) -> datetime.date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    # The last day has a day after it.
    return day if day is not None and 1900 <= day.year <= 9000 else None


def _query(period: Period) -> str:
    return urlencode({"tu": period.first.isoformat(), "den": period.last.isoformat()})


def _columns() -> list[str]:
    return [
        _("Số thứ tự"),
        _("Mã hồ sơ"),
        _("Tên thủ tục"),
        _("Số bộ"),
        _("Tên cá nhân, tổ chức"),
        _("Địa chỉ"),
        _("Số điện thoại"),
        _("Cơ quan chủ trì giải quyết"),
        _("Nhận hồ sơ"),
        _("Hẹn trả"),
        _("Trả kết quả"),
        _("Cách nhận"),
        _("Ký nhận"),
        _("Ghi chú"),
    ]

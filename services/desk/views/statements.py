"""Bank statements at the desk: upload, look, say which column is what, book, put right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.cases.access import get_case_for_official
from services.desk.fee_forms import StatementForm
from services.desk.views.collecting import CURRENT, view_for
from services.desk.views.common import desk_page
from services.payments.errors import PaymentError
from services.payments.models import BankLine, StatementImport
from services.payments.receiver import COLLECTORS, OVERSEERS
from services.payments.statements.columns import Columns
from services.payments.statements.importing import (
    book_line,
    candidates_of,
    confirm_statement,
    preview,
    set_columns,
    table_of,
    undo_line,
    upload_statement,
)
from services.payments.statements.matching import Verdict
from services.payments.statements.reading import MAX_BYTES
from tenants.organisation.desk_access import DeskRequest
from tenants.organisation.powers import powers_of

VERDICTS = {
    Verdict.MATCHED: gettext_lazy("Khớp, sẽ ghi nhận"),
    Verdict.EVIDENCE: gettext_lazy("Khớp khoản đã xác nhận"),
    Verdict.CHOOSE: gettext_lazy("Cần người chọn"),
    Verdict.DIFFERS: gettext_lazy("Số tiền khác"),
    Verdict.UNKNOWN: gettext_lazy("Không rõ của hồ sơ nào"),
    Verdict.ALREADY: gettext_lazy("Đã nhập trước đây"),
}
COLUMN_NAMES = {
    "day": gettext_lazy("Ngày giao dịch"),
    "amount": gettext_lazy("Số tiền vào"),
    "text": gettext_lazy("Nội dung"),
    "number": gettext_lazy("Số giao dịch"),
    "payer": gettext_lazy("Người chuyển"),
}
SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@view_for(*COLLECTORS, *OVERSEERS)
def listing(request: DeskRequest) -> HttpResponse:
    """The statements that were imported, and a form for the next one."""
    collects = powers_of(request.official).has_role(*COLLECTORS)
    form = StatementForm()
    if request.method == "POST":
        if not collects:
            raise Http404
        form = StatementForm(request.POST, request.FILES)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                kept = upload_statement(
                    file_name=upload.name,
                    # One byte more than is taken, so that too much is noticed without reading it.
                    data=upload.read(MAX_BYTES + 1),
                    official=request.official,
                )
                return redirect("desk-statement", statement_id=kept.pk)
            except PaymentError as error:
                form.add_error("file", str(error))
    wrong = request.method == "POST"
    context = {
        "form": form,
        "collects": collects,
        "statements": list(StatementImport.objects.defer("content").order_by("-id")[:50]),
        "open_lines": list(
            BankLine.objects.filter(
                state__in=[BankLine.State.CHOOSE, BankLine.State.DIFFERS]
            ).order_by("-id")[:SHOWN]
        ),
    }
    return desk_page(
        request,
        request.official,
        "services/desk/statements.html",
        context,
        current=CURRENT,
        status=422 if wrong else 200,
    )


@require_safe
@view_for(*COLLECTORS, *OVERSEERS)
def statement(request: DeskRequest, statement_id: UUID) -> HttpResponse:
    """A statement: what would become of each line, or what became of it."""
    kept = _get(statement_id)
    collects = powers_of(request.official).has_role(*COLLECTORS)
    context: dict[str, Any] = {"statement": kept, "collects": collects, "names": COLUMN_NAMES}
    if kept.confirmed_at is None:
        found, table = preview(kept), table_of(kept)
        context |= {
            "found": found,
            "matches": [(one, VERDICTS[one.verdict]) for one in found.matches[:SHOWN]],
            "more": max(0, len(found.matches) - SHOWN),
            "sums": [
                (VERDICTS[verdict], count) for verdict in Verdict if (count := found.count(verdict))
            ],
            "choices": _choices(table, found.columns),
            "sample": table[: max(found.columns.heading + 4, 6)][-6:],
        }
    else:
        lines = list(kept.lines.select_related("payment"))
        context["lines"] = [
            (one, candidates_of(one) if one.state in _OPEN and collects else []) for one in lines
        ]
    return desk_page(
        request, request.official, "services/desk/statement.html", context, current=CURRENT
    )


@require_POST
@view_for(*COLLECTORS)
def columns(request: DeskRequest, statement_id: UUID) -> HttpResponse:
    """Say which column is what."""
    kept = _get(statement_id)
    try:
        chosen = {name: int(request.POST.get(name, "-1")) for name in COLUMN_NAMES}
        heading = int(request.POST.get("heading", "-1"))
    except ValueError:
        raise Http404 from None
    width = max((len(row) for row in table_of(kept)), default=0)
    fits = all(-1 <= at < width for at in chosen.values()) and -1 <= heading < 5000
    taken = [at for at in chosen.values() if at >= 0]
    if not fits or len(taken) != len(set(taken)):
        messages.warning(request, _("Mỗi cột chỉ chọn cho một mục. Chọn lại rồi xem."))
        return redirect("desk-statement", statement_id=kept.pk)
    try:
        set_columns(
            statement=kept,
            columns=Columns(heading=heading, **chosen),
            official=request.official,
        )
    except PaymentError as error:
        messages.warning(request, str(error))
    return redirect("desk-statement", statement_id=kept.pk)


@require_POST
@view_for(*COLLECTORS)
def confirm(request: DeskRequest, statement_id: UUID) -> HttpResponse:
    """Book what is certain; the rest stays for a person."""
    kept = _get(statement_id)
    try:
        confirm_statement(statement=kept, official=request.official)
        messages.success(request, _("Đã ghi sổ. Dòng nào cần người chọn thì xử lý ở dưới."))
    except PaymentError as error:
        messages.warning(request, str(error))
    return redirect("desk-statement", statement_id=kept.pk)


@require_POST
@view_for(*COLLECTORS)
def choose(request: DeskRequest, bank_line_id: UUID) -> HttpResponse:
    """Book a line for the case that the official names."""
    line = _line(bank_line_id)
    code = request.POST.get("code", "").strip()[:50] or request.POST.get("other", "").strip()[:50]
    try:
        case = get_case_for_official(request.official, code)
    except Http404:
        text = _("Không có hồ sơ mã “%(code)s”. Kiểm tra lại mã rồi ghi lại.") % {"code": code}
        messages.warning(request, text)
        return _to_line(line)
    try:
        book_line(line=line, case_id=case.pk, case_code=case.code, official=request.official)
        text = _("Đã ghi nhận cho hồ sơ %(code)s.") % {"code": case.code}
        messages.success(request, text)
    except PaymentError as error:
        messages.warning(request, str(error))
    return _to_line(line)


@require_POST
@view_for(*COLLECTORS)
def undo(request: DeskRequest, bank_line_id: UUID) -> HttpResponse:
    """Take back what was booked by a line, while its day is open."""
    line = _line(bank_line_id)
    try:
        undo_line(line=line, official=request.official)
        messages.success(request, _("Đã gỡ. Hồ sơ lại chờ nộp; biên lai đã lập coi như hủy."))
    except PaymentError as error:
        messages.warning(request, str(error))
    return _to_line(line)


_OPEN = (BankLine.State.CHOOSE, BankLine.State.DIFFERS, BankLine.State.UNKNOWN)


def _choices(table: list[list[str]], found: Columns) -> list[tuple[str, Any, list[Any]]]:
    """For each thing a column can be: its name, and every column with whether it is chosen."""
    heading = table[found.heading] if 0 <= found.heading < len(table) else []
    width = max((len(row) for row in table), default=0)
    titles = [
        (heading[at] if at < len(heading) and heading[at] else _("Cột %(n)d") % {"n": at + 1})
        for at in range(width)
    ]
    return [
        (name, label, [(at, title[:60], getattr(found, name) == at) for at, title in
                       enumerate(titles)])
        for name, label in COLUMN_NAMES.items()
    ]  # fmt: skip


def _get(statement_id: UUID) -> StatementImport:
    kept = StatementImport.objects.filter(pk=statement_id).first()
    if kept is None:
        raise Http404
    return kept


def _line(bank_line_id: UUID) -> BankLine:
    line = BankLine.objects.filter(pk=bank_line_id).first()
    if line is None:
        raise Http404
    return line


def _to_line(line: BankLine) -> HttpResponse:
    return redirect(f"{reverse('desk-statement', args=[line.statement_id])}#dong-{line.number}")

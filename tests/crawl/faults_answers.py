"""Planted faults in guessing, sealing, pages, files and exports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.test import override_settings

from tests.crawl.faults import fault
from tests.crawl.replacing import everywhere, swapped


# ── 14, 15: guessing, identity numbers ───────────────────────────────────
@fault(14, "tries_are_counted")
def tries_without_a_limit() -> Iterator[None]:
    from tenants.accounts import tries

    with (
        everywhere(tries.take, lambda *args, **named: True),
        override_settings(ACCOUNT_RATE_LIMITS=False),
    ):
        yield


@fault(15, "seals_belong_to_their_row")
def seal_without_its_row() -> Iterator[None]:
    from tenants.kit import crypto

    real_seal, real_unseal = crypto.seal, crypto.unseal

    def sealed(value: bytes, *, context: str) -> bytes:
        return real_seal(value, context="")

    def opened(value: bytes, *, context: str) -> bytes:
        return real_unseal(value, context="")

    with everywhere(real_seal, sealed), everywhere(real_unseal, opened):
        from tests.crawl import checks_answers as checks

        with swapped(checks, "seal", sealed), swapped(checks, "unseal", opened):
            yield


@fault(15, "a_documents_holder_is_masked")
def holders_name_in_full() -> Iterator[None]:
    from documents.registers import verification

    with everywhere(verification.mask_name, lambda name: name):
        yield


@fault(15, "lists_show_no_numbers")
def numbers_in_lists() -> Iterator[None]:
    from services.cases import work_list
    from services.desk import list_rows

    real = list_rows._Printer.row

    def row(self: Any, case: Any) -> Any:
        return real(self, case) + case.applicant_national_id

    with (
        swapped(list_rows._Printer, "row", row),
        swapped(work_list, "LIST_COLUMNS", (*work_list.LIST_COLUMNS, "answers")),
    ):
        yield


# ── 18, 20, 21, 22: pages, files, exports ────────────────────────────────
@fault(18, "typed_text_is_only_text")
def typed_text_is_markup() -> Iterator[None]:
    from django.utils.safestring import mark_safe

    from services.desk import list_rows

    def unescaped(template: str, **values: Any) -> Any:
        return mark_safe(template.format(**values))

    with swapped(list_rows, "format_html", unescaped):
        yield


@fault(20, "quarantined_files_are_not_given")
def quarantine_is_not_asked() -> Iterator[None]:
    from documents.files import serving

    with everywhere(serving.not_open_because, lambda stored, *, is_giver=False: None):
        yield


@fault(20, "files_are_saved_not_run")
def files_without_their_headers() -> Iterator[None]:
    from django.http import FileResponse

    from documents.files import serving

    class Shown(FileResponse):
        def __init__(self, *args: Any, as_attachment: bool = False, **named: Any) -> None:
            super().__init__(*args, as_attachment=False, **named)

    with swapped(serving, "FileResponse", Shown):
        yield


@fault(20, "personal_pages_are_not_kept")
def personal_pages_in_caches() -> Iterator[None]:
    from django.shortcuts import render

    from citizens.portal.views import common

    def kept(request: Any, template: str, context: Any, status: int = 200) -> Any:
        return render(request, template, context, status=status)

    with everywhere(common.personal_page, kept), _without("AnswerMiddleware"):
        yield


def _without(middleware: str) -> AbstractContextManager[None]:
    left = [name for name in settings.MIDDLEWARE if not name.endswith(middleware)]
    return override_settings(MIDDLEWARE=left)  # type: ignore[return-value]


@fault(21, "answers_carry_protections")
def pages_without_a_policy() -> Iterator[None]:
    with _without("CSPMiddleware"):
        yield


@fault(21, "answers_carry_protections")
def pages_in_anybodys_frame() -> Iterator[None]:
    with _without("XFrameOptionsMiddleware"):
        yield


@fault(21, "answers_carry_protections")
def kinds_are_guessed() -> Iterator[None]:
    with override_settings(SECURE_CONTENT_TYPE_NOSNIFF=False):
        yield


@fault(21, "forms_carry_their_key")
def forms_without_their_key() -> Iterator[None]:
    with _without("CsrfViewMiddleware"):
        yield


@fault(21, "nobody_is_led_away")
def next_page_is_not_checked() -> Iterator[None]:
    from tenants.accounts.adapter import AccountAdapter

    with swapped(AccountAdapter, "is_safe_url", lambda self, url: bool(url)):
        yield


@fault(22, "exports_hold_no_formulas")
def exports_with_formulas() -> Iterator[None]:
    from tenants.kit import export

    with everywhere(export.harmless_text, lambda text: text):
        yield


@fault(23, "unknown_host_is_missing")
def every_host_is_answered() -> Iterator[None]:
    from tenants.communes import middleware

    with (
        swapped(middleware, "is_central", lambda host: True),
        override_settings(ALLOWED_HOSTS=["*"]),
    ):
        yield

"""Logs and error reports without people: whatever way a number or a code gets there."""

from __future__ import annotations

import io
import logging
import logging.config
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from tenants.accounts.models import Account
from tenants.kit.masking import ErrorReportFilter, MaskingFormatter, mask_text

NUMBER, SESSION = "001196000412", "a-session-that-somebody-has"


@pytest.mark.parametrize(
    "secret",
    [
        NUMBER,
        "001 196 000 412",
        "001.196.000.412",
        "012345678",
        "0912345678",
        "0912 345 678",
        "0912-345-678",
        "+84912345678",
        "84 912 345 678",
        "hoai.thuong+1@thudientu.example",
    ],
)
def test_numbers_and_addresses_of_people_are_masked_wherever_they_stand(secret: str) -> None:
    for text in (
        secret,
        f"Không tìm thấy {secret}.",
        f"('{secret}', 1)",
        f"/tim/{secret}/",
        f"số={secret}, khác",
    ):
        masked = mask_text(text)
        assert secret not in masked and "…" in masked
        digits = "".join(ch for ch in masked if ch.isdigit())
        assert len(digits) < 5


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET /tra-cuu/?ma=H26&so=0412 HTTP/1.1", "0412"),
        ("Cookie: sessionid=abc; __Host-desk=def", "def"),
        ("{'HTTP_COOKIE': 'sessionid=abc'}", "abc"),
        ("Set-Cookie: a=b", "a=b"),
        ("Authorization: Bearer abc.def", "abc"),
        ("code=493021&x=1", "493021"),
        ("{'password1': 'mật-khẩu-dài', 'x': 1}", "mật-khẩu"),
        ("csrfmiddlewaretoken=Abc123", "Abc123"),
        ("duplicate key\nDETAIL:  Key (email)=(Lan) already exists.", "Lan"),
        ("new row violates\nDETAIL:  Failing row contains (Nguyễn Thị Hoa).", "Hoa"),
    ],
)
def test_what_opens_something_is_masked(text: str, secret: str) -> None:
    assert secret not in mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "job failed: documents.files.tasks.check_file in 00004, attempt 1: NotChecked",
        "/desk/ho-so/H26.00004-261122-0007/",
        "2026-11-22 14:47:43,101 WARNING tenants.jobs.runner",
        "01a20239-a93c-7ad1-b7a3-8a24a8b8227f",
        'File "/app/services/cases/drafts.py", line 218, in save_page',
        "database away: OperationalError; next try in 30 s",
    ],
)
def test_what_says_where_and_when_stays(text: str) -> None:
    assert mask_text(text) == text


def logged(make: Any) -> str:
    """What the product's own logging writes of a record."""
    target = io.StringIO()
    handler = logging.StreamHandler(target)
    described = settings.LOGGING["formatters"]["line"]
    assert described["()"] == f"{MaskingFormatter.__module__}.{MaskingFormatter.__name__}"
    handler.setFormatter(MaskingFormatter(described["format"]))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    make(logger)
    return target.getvalue()


def test_arguments_exceptions_and_stacks_are_masked_too() -> None:
    def fail(logger: logging.Logger) -> None:
        try:
            raise ValueError("số 001196000412 của lan@example.vn")
        except ValueError:
            logger.exception("tệp của %s", "0912345678", stack_info=True)

    said = logged(fail)

    assert "ValueError" in said and "test_masking.py" in said
    for secret in ("001196000412", "lan@example.vn", "0912345678"):
        assert secret not in said


def test_every_handler_of_the_product_masks() -> None:
    """Also Django's own loggers, whose first configuration has handlers of another kind."""
    logging.config.dictConfig(settings.LOGGING)
    for name in ("", "django", "django.request", "django.server", "tenants", "allauth"):
        for handler in logging.getLogger(name).handlers:
            if type(handler).__module__.startswith("_pytest"):
                continue
            assert isinstance(handler.formatter, MaskingFormatter), (name, handler)


def test_a_broken_constraint_names_nobody(db: None) -> None:
    Account.objects.create_account(full_name="Lan", email="lan.nguyen@example.vn")
    again = "INSERT INTO accounts_account SELECT * FROM accounts_account"
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        connection.cursor().execute(again)
    assert "DETAIL" in str(caught.value)
    assert "(" not in mask_text(str(caught.value)).partition("DETAIL:")[2]


@pytest.fixture
def request_sent() -> HttpRequest:
    request = RequestFactory().post("/nop/", {"child_national_id": NUMBER})
    request.COOKIES["sessionid"] = SESSION
    return request


@pytest.mark.parametrize("debug", [True, False])
def test_reports_of_errors_hold_nothing_that_was_sent(
    request_sent: HttpRequest, monkeypatch: pytest.MonkeyPatch, debug: bool
) -> None:
    monkeypatch.setattr(settings, "DEBUG", debug)
    assert isinstance(get_exception_reporter_filter(request_sent), ErrorReportFilter)
    try:
        raise ValueError("không lưu được")
    except ValueError as error:
        reporter = ExceptionReporter(request_sent, type(error), error, error.__traceback__)
    for report in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "child_national_id" in report and "không lưu được" in report
        assert NUMBER not in report and SESSION not in report

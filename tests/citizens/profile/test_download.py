"""The download: complete, for its person alone, limited, and gone when it is sent."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from citizens.profile.holdings import EXPLANATIONS
from citizens.profile.views.download import DOWNLOADS
from documents.rendering.pdf import RenderingFailed
from tenants.accounts.consent import ACCOUNT, give_consent
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import CommuneInfo, in_commune
from tests.citizens.profile.conftest import NUMBER, sign_in
from tests.factories import make_account, make_case
from tests.journeys.people_at_work import squeezed, text_of_pdf

JSON, PDF = "/tai-khoan-cua-toi/tai-ve/du-lieu.json", "/tai-khoan-cua-toi/tai-ve/du-lieu.pdf"


@pytest.fixture
def whole(lan: Account, ba_dinh: CommuneInfo) -> dict[str, str]:
    """Of Lan, something in every table; of a stranger too. Codes of their cases."""
    stranger = make_account("Trần Văn Lạ", phone="0987654321")
    codes = {}
    now = timezone.now()
    for name, account in (("lan", lan), ("stranger", stranger)):
        give_consent(account=account, purpose=ACCOUNT)
        EmailAddress.objects.create(user=account, email=f"{name}@vidu.vn", verified=True)
        Authenticator.objects.create(
            user=account, type="recovery_codes", data={"secret": "never shown"}
        )
        SocialAccount.objects.create(
            user=account, provider="vneid", uid=f"{name} there", extra_data={"HoVaTen": name}
        )
        UserSession.objects.create(
            user=account, ip="127.0.0.9", user_agent=f"browser of {name}", session_key=name
        )
        DeskSession.objects.create(
            account_id=account.pk, commune_code="00004", opened_at=now, last_seen_at=now
        )
        with in_commune(ba_dinh.code):
            codes[name] = make_case(up_to="registered", account=account).code
    return codes


def content(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer)


def keys_of(document: Any, path: str = "") -> set[str]:
    """Every key of the document, with the keys above it; claims are the provider's own words."""
    if isinstance(document, list):
        assert document, f"Nothing in {path}: the test does not see its keys."
        return set().union(*(keys_of(item, path) for item in document))
    if not isinstance(document, dict) or path.endswith(".claims"):
        return set()
    below = {f"{path}.{key}".lstrip("."): value for key, value in document.items()}
    return set(below).union(*(keys_of(value, at) for at, value in below.items()))


def test_the_file_holds_all_of_the_person_explains_it_and_holds_nothing_of_others(
    browser: Client, lan: Account, whole: dict[str, str]
):
    text = content(browser.post(JSON)).decode()
    document = json.loads(text)

    explained = document.pop("explanations")
    assert keys_of(document) == set(EXPLANATIONS) == set(explained)
    assert document["account"]["national_id"] == NUMBER
    assert document["account"]["email_verified"] is True
    assert document["account"]["birth_date"] == "1985-03-02"
    assert document["consents"][0]["text"].startswith("Tôi đồng ý")
    assert document["sign_in"]["second_factors"][0]["kind"]
    assert [case["code"] for case in document["cases"]] == [whole["lan"]]
    assert [one["code"] for one in document["notices"]] == [whole["lan"]]
    assert document["notice_wishes"] == {"email": True}
    assert document["cases"][0]["url"].endswith(f"/ho-so/{whole['lan']}/")
    for foreign in (whole["stranger"], "stranger", "Trần Văn Lạ", "never shown", lan.password):
        assert foreign not in text


def test_every_column_of_the_account_is_in_the_file_or_has_a_reason(
    browser: Client, whole: dict[str, str]
):
    # Of the password only whether there is one; the index is made from the number.
    left_out = {"password", "national_id_index", "is_active"}
    renamed = {"date_joined": "created_at"}
    columns = {field.name for field in Account._meta.concrete_fields} - left_out

    account = json.loads(content(browser.post(JSON)))["account"]
    assert {renamed.get(name, name) for name in columns} <= set(account)


@pytest.mark.parametrize("path", [JSON, PDF])
def test_it_is_saved_and_kept_by_nobody(
    browser: Client, path: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("citizens.profile.views.download.report_pdf", lambda holdings: b"%PDF-")
    answer = browser.post(path)

    content(answer)
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store" or "no-store" in answer["Cache-Control"]


def test_the_report_is_a_pdf_that_says_the_same(browser: Client, whole: dict[str, str]):
    loaded = set(sys.modules)
    read = squeezed(text_of_pdf(content(browser.post(PDF))))

    for part in ("Lê Thị Lan", NUMBER, "02/03/1985", whole["lan"], "Phường Ba Đình", "lan there"):
        assert squeezed(part) in read
    assert squeezed(whole["stranger"]) not in read
    # The web worker does not load the typesetting library; the child does.
    assert "weasyprint" not in set(sys.modules) - loaded


def test_no_file_of_it_is_written(browser: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    content(browser.post(PDF))

    assert not list(tmp_path.iterdir())


def test_a_page_that_is_not_made_is_explained(browser: Client, monkeypatch: pytest.MonkeyPatch):
    def fail(holdings: Any) -> bytes:
        raise RenderingFailed("quá 20 giây")

    monkeypatch.setattr("citizens.profile.views.download.report_pdf", fail)
    page = browser.post(PDF, follow=True).content.decode()
    assert "thử lại sau ít phút" in page


def test_downloads_are_limited_for_each_account(
    browser: Client, lan: Account, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(DOWNLOADS):
        content(browser.post(JSON))

    refused = sign_in(lan).post(JSON)
    assert refused.status_code == 302
    other = Account.objects.create_account(full_name="Ngô Văn Tư", phone="0911111111")
    content(sign_in(other).post(JSON))


def test_a_page_elsewhere_cannot_start_one(lan: Account):
    strict = sign_in(lan)
    strict.handler.enforce_csrf_checks = True

    answer: HttpResponse = strict.post(PDF)  # type: ignore[assignment]
    assert answer.status_code == 403


def test_times_are_local(browser: Client):
    made = json.loads(content(browser.post(JSON)))["made_at"]
    assert datetime.datetime.fromisoformat(made).utcoffset() == datetime.timedelta(hours=7)

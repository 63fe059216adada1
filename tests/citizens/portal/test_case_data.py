"""The data of one case as a file: whole, explained, without what the offices keep to themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from citizens.portal.views import case_data
from citizens.portal.views.case_data import EXPLANATIONS
from documents.registers.models import Document
from services.cases.delivery import RESULT_KINDS
from services.cases.models import Case
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tenants.history.sights import DATA_SAVED
from tests.factories import make_case


def data(browser: Client, case: Case) -> dict[str, Any]:
    answer = browser.get(f"/ho-so/{case.code}/du-lieu.json")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    read: dict[str, Any] = json.loads(b"".join(answer))  # type: ignore[arg-type]
    return read


def test_all_of_it_is_there_and_explained(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    case = make_case(up_to="returned", account=mother)
    read = data(browser, case)

    explained = read.pop("explanations")
    assert set(read) == set(EXPLANATIONS) == set(explained)
    assert read["answers"] == case.answers
    assert read["case"]["applicant"] == case.applicant_name
    assert read["case"]["outcome"] == "Chấp thuận"
    assert all(page["answers"] for page in read["pages"])
    assert {len(paper["sha256"]) for paper in read["papers"]} == {64}
    kinds = Document.objects.filter(case_id=case.pk)
    assert len(read["documents"]) == kinds.count()
    assert read["history"][-1]["what"].startswith("nộp hồ sơ")
    saved = events_of(case.pk).filter(verb=DATA_SAVED).get()
    assert (saved.actor_id, saved.details["case"]) == (mother.pk, case.code)


def test_a_decision_that_is_not_out_is_not_in_it(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    case = make_case(up_to="approved", account=mother)
    result = Document.objects.get(case_id=case.pk, kind__in=RESULT_KINDS)
    read = data(browser, case)

    assert read["case"]["outcome"] == ""
    assert result.verification_code not in json.dumps(read)
    assert result.notation not in [one["notation"] for one in read["documents"]]


def test_it_is_limited(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_data, "DOWNLOADS", 1)
    case = make_case(up_to="registered", account=mother)
    data(browser, case)

    assert browser.get(f"/ho-so/{case.code}/du-lieu.json").status_code == 302

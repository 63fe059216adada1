"""The cross-field rules of the seven civil-status procedures, each shown firing and silent.

``civil_status_rules.yaml`` holds for every procedure one plausible set of answers that no rule
minds, and sentences. Each sentence changes a few answers, and then the rule it names must speak.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import services.catalogue
from services.catalogue.answers import AnswerScope
from services.catalogue.fees import fee_lines
from services.catalogue.forms.checks import check_all, check_warnings
from services.catalogue.forms.pages import must_upload, required_papers
from services.catalogue.loader import load_file
from services.catalogue.schema import ProcedureDefinition

DATA = Path(services.catalogue.__file__).parent / "data"
FORMS = yaml.safe_load(Path(__file__).with_name("civil_status_rules.yaml").read_text("utf-8"))
SENTENCES = [(code, one) for code, form in FORMS.items() for one in form["sentences"]]
TODAY = dt.date(2026, 11, 23)

BIRTH, MARRIAGE, DEATH = "1.001193", "1.000894", "1.000656"
STATUS, COPY, CHANGE, AGAIN = "1.004873", "2.000635", "1.004859", "1.004884"


@cache
def definition_of(code: str) -> ProcedureDefinition:
    return load_file(DATA / f"{code}.yaml")


def answers_of(code: str, **changes: Any) -> dict[str, Any]:
    return {**FORMS[code]["plausible"], **changes}


def spoken_rules(code: str, answers: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Field and severity by message, of the rules (not of missing answers) that speak."""
    definition = definition_of(code)
    refused = check_all(definition, answers, filed_on=TODAY, commune="00004")
    warned = check_warnings(definition, answers, today=TODAY, commune="00004")
    return {
        rule.message: (problem.field_key, severity)
        for problems, severity in ((refused, "error"), (warned, "warning"))
        for problem in problems
        for rule in definition.rules
        if (rule.each or rule.field, rule.severity) == (problem.field_key, severity)
        # A rule inside rows says first which row it means.
        if problem.message.endswith(f": {rule.message}" if rule.each else rule.message)
    }


def visible(code: str, answers: dict[str, Any]) -> set[str]:
    scope = AnswerScope(definition_of(code), answers, today=TODAY)
    return {key for key in definition_of(code).fields if scope.is_visible(key)}


def papers_of(code: str, channel: str = "online", **changes: Any) -> set[str]:
    answers = answers_of(code, **changes)
    papers = required_papers(definition_of(code), answers, channel, today=TODAY)
    return {paper.key for paper in papers if must_upload(paper)}


@pytest.mark.parametrize("code", FORMS)
def test_no_rule_minds_a_plausible_form(code: str) -> None:
    assert spoken_rules(code, answers_of(code)) == {}


@pytest.mark.parametrize("code", FORMS)
def test_no_rule_refuses_an_empty_form(code: str) -> None:
    severities = {severity for _, severity in spoken_rules(code, {}).values()}
    assert "error" not in severities


@pytest.mark.parametrize(
    ("code", "case"), SENTENCES, ids=[f"{code} {one['sentence']}" for code, one in SENTENCES]
)
def test_a_rule_speaks_when_it_should_and_alone(code: str, case: dict[str, Any]) -> None:
    spoken = spoken_rules(code, answers_of(code, **case["given"]))
    expected = {message for message in spoken if message.startswith(case["says"])}
    assert [spoken[message][0] for message in expected] == [case["field"]]
    also = tuple(case.get("also", ()))
    assert [m for m in spoken if m not in expected and not m.startswith(also)] == []


@pytest.mark.parametrize("code", FORMS)
def test_every_rule_has_its_sentence(code: str) -> None:
    said = tuple(one["says"] for one in FORMS[code]["sentences"])
    assert [r.message for r in definition_of(code).rules if not r.message.startswith(said)] == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        pytest.param(MARRIAGE, {"groom_birth_date": "2006-11-23"}, id="a groom of twenty today"),
        pytest.param(MARRIAGE, {"bride_birth_date": "2008-11-23"}, id="a bride of eighteen today"),
        pytest.param(BIRTH, {"child_birth_date": "2026-09-24"}, id="a birth on the sixtieth day"),
        pytest.param(BIRTH, {"mother_birth_date": "2014"}, id="a mother known by her year only"),
        pytest.param(DEATH, {"death_date": "2026-11-08"}, id="a death on the fifteenth day"),
        pytest.param(STATUS, {"person_birth_date": "2008-11-23"}, id="a woman of eighteen today"),
        pytest.param(AGAIN, {"previous_date": "2015-12-31"}, id="the last day before 2016"),
    ],
)
def test_the_limit_itself_is_allowed(code: str, changes: dict[str, Any]) -> None:
    assert spoken_rules(code, answers_of(code, **changes)) == {}


def test_an_abandoned_child_needs_no_parents() -> None:
    changes = {"birth_evidence": "abandoned", "requester_relation": "Tổ chức đang nuôi dưỡng"}
    answers = answers_of(BIRTH, **changes)
    about_parents = ("mother_", "father_", "marriage_", "parents_")
    assert not [key for key in visible(BIRTH, answers) if key.startswith(about_parents)]
    assert spoken_rules(BIRTH, answers) == {}


@pytest.mark.parametrize("code", FORMS)
def test_with_an_identity_number_the_person_is_not_asked_where_they_live(code: str) -> None:
    shown = visible(code, answers_of(code))
    numbers = {key.removesuffix("national_id") for key in answers_of(code) if "national_id" in key}
    assert not {f"{prefix}commune" for prefix in numbers} & shown
    assert {f"{prefix}commune" for prefix in numbers} & set(definition_of(code).fields)


@pytest.mark.parametrize("code", FORMS)
def test_without_an_identity_number_another_paper_of_the_person_is_asked(code: str) -> None:
    answers = answers_of(code)
    without = {key: None for key in answers if key.endswith("national_id")}
    shown = visible(code, answers | without)
    papers = {key.replace("national_id", "id_doc_type") for key in without}
    known = set(definition_of(code).fields)
    assert papers & known == papers & shown != set()


@pytest.mark.parametrize(
    ("code", "changes", "total"),
    [
        (BIRTH, {}, 0),
        (BIRTH, {"child_birth_date": "2026-09-23"}, 8_000),
        (BIRTH, {"wants_copies": True, "copy_count": 3}, 24_000),
        (MARRIAGE, {}, 0),
        (DEATH, {"death_date": "2026-11-07"}, 8_000),
        (STATUS, {}, 10_000),
        (STATUS, {"purpose_kind": "Sử dụng vào mục đích khác", "certificate_count": 2}, 20_000),
        (COPY, {}, 16_000),
        (CHANGE, {"wants_copies": False, "copy_count": 3}, 75_000),
        (AGAIN, {"wants_copies": True, "copy_count": 1}, 16_000),
    ],
)
def test_the_fee_follows_the_answers(code: str, changes: dict[str, Any], total: int) -> None:
    for channel in ("online", "counter"):
        answers = answers_of(code, **changes)
        lines = fee_lines(definition_of(code), answers, channel, on=TODAY, filed_on=TODAY)
        assert sum(line.amount for line in lines) == total


@pytest.mark.parametrize(
    ("code", "changes", "papers"),
    [
        (BIRTH, {}, set()),
        (BIRTH, {"birth_evidence": "witness"}, {"witness_statement"}),
        (BIRTH, {"birth_evidence": "statement"}, {"own_statement"}),
        (BIRTH, {"birth_evidence": "abandoned"}, {"abandoned_record"}),
        (MARRIAGE, {}, set()),
        (DEATH, {"notice_kind": "Không có"}, {"death_evidence"}),
        (STATUS, {"previous_certificate": "kept"}, {"previous_certificate_paper"}),
        (STATUS, {"requester_relation": "Con"}, {"power_of_attorney"}),
        (COPY, {"requester_relation": "Cơ quan, tổ chức"}, {"organisation_letter"}),
        (CHANGE, {"person_birth_date": "2012-01-01"}, {"evidence", "consent"}),
        (AGAIN, {"state_employee": True}, {"employer_confirmation"}),
    ],
)
def test_only_the_papers_of_the_situation_must_be_uploaded(
    code: str, changes: dict[str, Any], papers: set[str]
) -> None:
    assert papers_of(code, **changes) == papers

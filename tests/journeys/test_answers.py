"""The filings of the journeys are what a careful citizen and specialist would write."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from services.catalogue.forms.checks import check_all, check_warnings
from services.catalogue.forms.page_form import entries_form
from services.catalogue.forms.pages import required_papers
from services.catalogue.loader import load_file
from services.catalogue.rendering import render_text, truth
from services.catalogue.schema import ProcedureDefinition
from tenants.kit.national_id import birth_year, check_national_id
from tests.journeys import other_answers, people
from tests.journeys.answers import FILINGS, filing
from tests.journeys.people import BA_DINH, NGOC_HA, Filing, Person

DATA = Path(__file__).resolve().parents[2] / "services" / "catalogue" / "data"
DAYS = [dt.date(2026, 7, 1), dt.date(2026, 11, 22), dt.date(2027, 2, 28)]
PEOPLE = [person for person in vars(people).values() if isinstance(person, Person)]

# What an empty value leaves behind in a sentence.
HOLES = ("  ", ", ,", "()", "“”", " .", " ,", ": ;", "{", "None", "[]")

every_filing = pytest.mark.parametrize("code", sorted(FILINGS))


@lru_cache
def procedure(code: str) -> ProcedureDefinition:
    return load_file(DATA / f"{code}.yaml")


def test_there_is_a_filing_for_every_procedure() -> None:
    assert set(FILINGS) == {path.stem for path in DATA.glob("[0-9]*.yaml")}


@every_filing
@pytest.mark.parametrize("commune", [BA_DINH, NGOC_HA])
@pytest.mark.parametrize("today", DAYS, ids=str)
def test_a_filing_has_no_problem_in_either_commune_on_any_day(
    code: str, commune: str, today: dt.date
) -> None:
    one = filing(code, commune=commune, today=today)
    problems = check_all(procedure(code), one.answers, one.papers, filed_on=today, commune=commune)
    assert problems == []


@every_filing
def test_nothing_in_a_filing_looks_odd(code: str) -> None:
    one = filing(code)
    assert check_warnings(procedure(code), one.answers, commune=BA_DINH) == []


def test_a_family_business_filed_by_another_has_no_problem() -> None:
    one = other_answers.family_business(BA_DINH, DAYS[1])
    definition = procedure(one.code)
    assert check_all(definition, one.answers, one.papers, filed_on=DAYS[1], commune=BA_DINH) == []


@every_filing
def test_a_filing_answers_no_question_that_does_not_exist(code: str) -> None:
    assert set(filing(code).answers) <= set(procedure(code).fields)


@every_filing
def test_a_filing_attaches_only_papers_that_are_asked(code: str) -> None:
    one = filing(code)
    asked = {paper.key for paper in required_papers(procedure(code), one.answers)}
    assert set(one.papers) <= asked


@every_filing
def test_the_specialists_entries_are_complete_and_valid(code: str) -> None:
    definition, one = procedure(code), filing(code)
    assert set(one.entries) <= set(definition.entry_fields)
    untouched = entries_form(definition, one.answers, one.entries)
    assert untouched is not None
    sent: dict[str, str | list[str]] = {}
    for key, spec in definition.entry_fields.items():
        value = one.entries.get(key)
        if value is None:
            continue
        if spec.type in ("date", "partial_date"):
            pieces = str(value).split("-")
            for part, piece in zip(("year", "month", "day"), pieces, strict=False):
                sent[f"{key}_{part}"] = piece
        elif isinstance(value, list):
            sent[key] = value
        else:
            sent[key] = str(value)
    form = entries_form(definition, one.answers, {}, data=_form_data(sent))
    assert form is not None and form.is_valid(), form.errors
    kept = {key: value for key, value in form.cleaned_answers().items() if value is not None}
    assert {**one.entries, **kept} == kept


def _form_data(sent: dict[str, str | list[str]]):  # type: ignore[no-untyped-def]
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    for key, value in sent.items():
        data.setlist(key, value if isinstance(value, list) else [value])
    return data


@every_filing
def test_what_should_be_printed_is_in_the_texts_of_the_result(code: str) -> None:
    text = _printed(procedure(code), filing(code))
    for expected in filing(code).printed:
        assert expected in text


@every_filing
def test_no_printed_sentence_has_a_hole(code: str) -> None:
    text = _printed(procedure(code), filing(code))
    assert not [hole for hole in HOLES if hole in text], text


OUTSIDE = {
    "sign_mode": "fingerprint",
    "place": "outside",
    "outside_reason": "Ốm đau",
    "outside_address": "Phòng 301, Bệnh viện Bạch Mai",
}
STOPPED = {"request_kind": "stop", "stop_reason": "own_wish", "stop_from": "2026-12-01"}
MOVED = {"request_kind": "move", "moved_from": NGOC_HA, "moved_on": "2026-10-01"}
REISSUED = {"request_kind": "reissue", "exchange_reason": "Mất Giấy xác nhận khuyết tật"}


@pytest.mark.parametrize(
    ("code", "changes", "entries", "expected"),
    [
        ("2.000884", OUTSIDE, {"certified_time": "09:30"}, "đã điểm chỉ vào"),
        ("2.000884", {"sign_mode": "neither"}, {}, "không ký và không điểm chỉ được"),
        ("1.001699", REISSUED, {}, "Nặng"),
        ("1.014027", {"pay_way": "cash"}, {}, "bằng tiền mặt"),
        ("1.014027", STOPPED, {"stop_decided": "2026-12-01"}, "Thôi hưởng"),
        ("1.014027", MOVED, {}, "chuyển từ Phường Ngọc Hà, Thành phố Hà Nội"),
        (
            "1.014027",
            {"request_kind": "adjust", "adjust_what": ["Mức hưởng"]},
            {},
            "Nội dung điều chỉnh: Mức hưởng",
        ),
    ],
)
def test_the_other_kinds_of_a_result_read_as_well(
    code: str, changes: dict[str, object], entries: dict[str, object], expected: str
) -> None:
    one = filing(code, today=DAYS[1])
    other = replace(one, answers={**one.answers, **changes}, entries={**one.entries, **entries})
    problems = check_all(
        procedure(code), other.answers, other.papers, filed_on=DAYS[1], commune=BA_DINH
    )
    assert problems == []
    text = _printed(procedure(code), other)
    assert expected in text
    assert not [hole for hole in HOLES if hole in text], text


def _printed(definition: ProcedureDefinition, one: Filing) -> str:
    """Titles, paragraphs, rows and table cells of the result, one a line."""
    result = definition.result
    values = {
        **one.answers,
        **one.entries,
        "applicant_name": "Người nộp",
        "agency": "ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH",
        "commune_name": "Phường Ba Đình",
        "place_name": "Ba Đình",
        "case_code": "H26.00004-261122-0001",
        "number": "07",
        "year": "2026",
        "signed_date": "2026-11-23",
        "today": "2026-11-23",
        "filed_on": "2026-11-22",
        "signer_name": "Trần Quốc Hưng",
        "signer_title": "Chủ tịch",
        "procedure_name": definition.name,
    }
    title = result.title
    if result.title_by:
        title = result.title_by.titles.get(str(values[result.title_by.field]), title)
    lines = [title, *filter(None, (result.subtitle, result.subject))]
    for row in result.rows:
        if truth(definition, row.when, values):
            cells = [cell for cell in row.cells if truth(definition, cell.when, values)]
            lines += [row.heading or "", *(f"{cell.label}: {cell.value}" for cell in cells)]
    for paragraph in (*result.paragraphs, *result.after):
        if truth(definition, paragraph.when, values):
            lines.append(paragraph.text)
    text = "\n".join(render_text(definition, line, values) for line in lines if line)
    rows = one.answers.get(result.table.of) if result.table else None
    return text + "\n" + "\n".join(str(value) for row in rows or [] for value in row.values())


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_an_identity_number_agrees_with_its_bearer(person: Person) -> None:
    number = person.national_id
    assert check_national_id(number, today=DAYS[0]) == []
    assert birth_year(number) == person.birth_date.year
    assert int(number[3]) % 2 == (person.gender == "Nữ")


def test_no_two_people_share_an_identity_number() -> None:
    assert len({person.national_id for person in PEOPLE}) == len(PEOPLE)

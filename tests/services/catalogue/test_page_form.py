"""A page made from a file: conditions, pre-fill, repeats, and bounded whatever is sent."""

from __future__ import annotations

import datetime as dt
import json
import time
import unicodedata
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.catalogue.check import DATA
from services.catalogue.forms.checks import check_all, check_warnings
from services.catalogue.forms.page_form import PageForm, page_form
from services.catalogue.forms.pages import visible_pages
from services.catalogue.forms.summary import summary
from services.catalogue.loader import load_file
from services.catalogue.schema import ProcedureDefinition
from tests.services.catalogue.procedure_files import FIELDS, definition

TODAY = dt.date(2026, 11, 22)
GOOD = {
    "name": "Nguyễn Văn An",
    "born_day": "2",
    "born_month": "11",
    "born_year": "1990",
    "married": "no",
}
ROWS = FIELDS + (
    "- {key: items, label: Đồ, type: repeat, max_rows: 4, required: false, columns: [\n"
    "    {key: kind, label: Loại, type: choice, options: [Một, Hai]},\n"
    "    {key: why, label: Vì sao, type: text, when: \"kind == 'Hai'\"},\n"
    "    {key: n, label: Số, type: number, required: false}]}\n"
)


def form(d: ProcedureDefinition, data: Any = None, **more: Any) -> PageForm:
    if isinstance(data, dict):
        query = QueryDict(mutable=True)
        query.update(data)
        data = query
    return page_form(d, "person", more.pop("answers", {}), data, today=TODAY, **more)


def messages(page: PageForm) -> dict[str, str]:
    return {key: str(errors[0]) for key, errors in page.errors.items()}


def test_a_page_gives_answers_ready_for_json(tmp_path):
    page = form(definition(tmp_path), GOOD)
    assert page.is_valid(), page.errors
    answers = page.cleaned_answers()
    assert answers == {"name": "Nguyễn Văn An", "born": "1990-11-02", "married": False}
    assert json.loads(json.dumps(answers)) == answers


def test_a_conditional_question_is_asked_only_when_its_condition_is_met(tmp_path):
    d = definition(tmp_path)
    assert "spouse" not in form(d, {**GOOD, "spouse": "Không ai"}).cleaned_answers()
    page = form(d, {**GOOD, "married": "yes"})
    assert not page.is_valid()
    assert "Tên vợ hoặc chồng" in messages(page)["spouse"]
    page = form(d, {**GOOD, "married": "yes", "spouse": "Lê Thị Bình"})
    assert page.is_valid()
    assert page.cleaned_answers()["spouse"] == "Lê Thị Bình"


def test_the_browser_gets_the_condition_of_a_question_on_the_same_page(tmp_path):
    page = form(definition(tmp_path))
    assert json.loads(page["spouse"].condition_json) == ["name", "married"]
    assert page["name"].condition_json == ""


def test_a_hidden_answer_counts_as_missing_for_other_conditions_and_for_paper(tmp_path):
    fields = FIELDS + "- {key: more, label: Thêm, type: text, when: \"spouse == 'A'\"}\n"
    d = definition(tmp_path, fields)
    answers = {"married": False, "spouse": "A", "more": "x"}
    text = " ".join(label for part in summary(d, answers) for label, _ in part.rows)
    assert "Thêm" not in text and "vợ" not in text


def test_a_rule_blocks_with_its_own_sentence(tmp_path):
    page = form(definition(tmp_path), {**GOOD, "born_year": "2015"})
    assert not page.is_valid()
    assert messages(page) == {"born": "Người nộp phải đủ 18 tuổi."}


def test_a_rule_does_not_fire_while_its_answer_is_missing(tmp_path):
    page = form(definition(tmp_path), {"name": "A", "married": "no"})
    page.is_valid()
    assert "18" not in messages(page)["born"]


def test_prefill_never_overwrites_what_was_typed_or_cleared(tmp_path):
    d = definition(tmp_path)
    prefill = {"full_name": "Từ Tài Khoản"}
    assert 'value="Từ Tài Khoản"' in str(form(d, prefill=prefill)["name"])
    assert 'value="Đã Gõ"' in str(form(d, answers={"name": "Đã Gõ"}, prefill=prefill)["name"])
    assert 'value=""' in str(form(d, answers={"name": None}, prefill=prefill)["name"])
    assert 'value=""' in str(form(d, {**GOOD, "name": ""}, prefill=prefill)["name"])


def test_decomposed_text_is_stored_composed(tmp_path):
    name = unicodedata.normalize("NFD", "Nguyễn Văn Ấn")
    page = form(definition(tmp_path), {**GOOD, "name": name})
    page.is_valid()
    assert page.cleaned_answers()["name"] == "Nguyễn Văn Ấn"


def test_what_was_typed_wrongly_comes_back_as_it_was_and_escaped(tmp_path):
    page = form(definition(tmp_path), {**GOOD, "born_day": '31"><script>'})
    assert not page.is_valid()
    html = "".join(str(bound) for bound in page)
    assert "<script>" not in html and "31&quot;&gt;&lt;script&gt;" in html
    assert ("id_born_day", messages(page)["born"]) in page.error_list()
    again = QueryDict(mutable=True)
    for key, values in page.typed().items():
        again.setlist(key, values)
    assert "31&quot;&gt;" in str(form(definition(tmp_path), again)["born"])


def test_an_identity_number_against_the_birth_year_is_a_warning_only(tmp_path):
    fields = FIELDS + (
        "- {key: p_national_id, label: Số, type: national_id}\n"
        "- {key: p_birth_date, label: Ngày, type: date}\n"
        "- {key: p_gender, label: Giới, type: choice, options: [Nam, Nữ]}\n"
    )
    d = definition(tmp_path, fields)
    data = {
        **GOOD,
        "p_national_id": "001 190 000 001",
        "p_birth_date": "2/11/1991",
        "p_gender": "Nam",
    }
    page = form(d, data)
    assert page.is_valid(), page.errors
    assert [key for key, _ in page.warnings] == ["p_national_id", "p_national_id"]
    assert len(check_warnings(d, page.cleaned_answers())) == 2
    assert check_all(d, page.cleaned_answers()) == []


def test_a_wrong_number_does_not_also_demand_the_question_it_would_hide(tmp_path):
    fields = FIELDS + (
        "- {key: id, label: Số định danh, type: national_id, required: false}\n"
        "- {key: passport, label: Hộ chiếu, type: text, when: not id}\n"
    )
    page = form(definition(tmp_path, fields), {**GOOD, "id": "123"})
    page.is_valid()
    assert list(messages(page)) == ["id"]


# ── Repeats without JavaScript ───────────────────────────────────────────


def test_rows_are_added_and_taken_away_by_buttons_and_nothing_is_lost(tmp_path):
    d = definition(tmp_path, ROWS)
    sent = {**GOOD, "name": "Chưa xong", "items-count": "1", "items-0-kind": "Một"}
    page = form(d, {**sent, "_add": "items"})
    assert page.wants_refresh and not page.is_valid() and not page.errors
    assert len(page["items"].rows) == 2
    html = "".join(str(bound) for bound in page)
    assert "Chưa xong" in html and 'value="Một" checked' in html and "items-1-kind" in html
    two = {**sent, "items-count": "3", "items-1-kind": "Hai", "items-2-n": "7"}
    page = form(d, {**two, "_remove": "items-1"})
    assert len(page["items"].rows) == 2
    html = str(page["items"])
    assert 'name="items-1-n"' in html and 'value="7"' in html and "items-2" not in html
    assert 'value="Hai" checked' not in html


def test_rows_give_a_list_blank_ones_left_out(tmp_path):
    d = definition(tmp_path, ROWS)
    page = form(
        d,
        {
            **GOOD,
            "items-count": "3",
            "items-0-kind": "Một",
            "items-2-kind": "Hai",
            "items-2-why": "x",
        },
    )
    assert page.is_valid(), page.errors
    assert page.cleaned_answers()["items"] == [
        {"kind": "Một", "n": None},
        {"kind": "Hai", "why": "x", "n": None},
    ]
    page = form(d, {**GOOD, "items-count": "1", "items-0-kind": "Hai"})
    assert not page.is_valid()
    assert ("id_items-0-why", "Anh/chị chưa ghi “Vì sao”.") in page.error_list()


@pytest.mark.parametrize("count", ["1000000", "9" * 5000, "-1", "x", "", "１", "1e9"])
def test_the_count_of_rows_is_bounded_whatever_is_sent(tmp_path, count):
    page = form(definition(tmp_path, ROWS), {**GOOD, "items-count": count, "items-0-kind": "Một"})
    started = time.process_time()
    page.is_valid()
    str(page["items"])
    assert 1 <= len(page["items"].rows) <= 4
    assert time.process_time() - started < 1


ALL_TYPES = ROWS + (
    "- {key: id, label: Số, type: national_id}\n"
    "- {key: place, label: Nơi, type: commune}\n"
    "- {key: tinh, label: Tỉnh, type: province}\n"
    "- {key: many, label: Nhiều, type: choices, options: [Một, Hai]}\n"
    "- {key: at, label: Lúc, type: time}\n"
    "- {key: part, label: Năm, type: partial_date}\n"
    "- {key: money, label: Tiền, type: money}\n"
    "- {key: words, label: Chữ, type: date_in_words, of: born}\n"
    "- {key: sure, label: Cam đoan, type: declaration, text: Tôi cam đoan.}\n"
)
NAMES = st.sampled_from(
    [
        *("name", "born", "born_day", "born_month", "born_year", "married", "id", "place"),
        *("place_text", "place_province", "tinh", "many", "at", "part", "part_day", "part_year"),
        *("money", "sure", "items", "items-count", "items-0-kind", "items-0-n", "items-9999-n"),
        *("_add", "_remove", "_refresh"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
ANYTHING = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=3), SCALARS)


@given(st.dictionaries(NAMES, ANYTHING, max_size=12), st.dictionaries(NAMES, ANYTHING, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_whatever_a_browser_sends_or_a_draft_holds_never_raises(tmp_path, data, answers):
    d = definition(tmp_path, ALL_TYPES)
    page = page_form(d, "person", answers, data, today=TODAY, prefill={"full_name": "A"})
    page.is_valid()
    json.dumps(page.cleaned_answers())
    json.dumps(page.typed())
    "".join(str(bound) for bound in page)
    page.error_list()
    "".join(str(bound) for bound in page_form(d, "person", answers, today=TODAY))
    check_all(d, answers)
    summary(d, answers)
    visible_pages(d, answers)


def test_a_page_of_eleven_questions_is_built_and_checked_in_under_five_milliseconds():
    d = load_file(DATA / "1.001193.yaml")
    data = QueryDict("requester_name=Lê+An&requester_birth_date=2/11/1990&requester_phone=091")
    page_form(d, d.pages[0], {}, data).is_valid()
    best = min(_cost(d, data) for _ in range(20))
    assert best < 0.005


def _cost(d: ProcedureDefinition, data: QueryDict) -> float:
    started = time.process_time()
    page_form(d, d.pages[0], {}, data).is_valid()
    return time.process_time() - started

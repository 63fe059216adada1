"""What people type becomes an answer, or a sentence that says how to mend it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.forms.fields import parse_raw, to_raw
from services.catalogue.places import AmbiguousCommune, TypedCommune, parse_commune
from services.catalogue.schema import FieldSpec
from services.catalogue.values import InvalidAnswer, clean_text, split_date

TODAY = dt.date(2026, 11, 22)


def spec(kind: str, **more: object) -> FieldSpec:
    return FieldSpec.model_validate({"key": "x", "label": "X", "type": kind, **more})


def date(day: str, month: str, year: str, **more: object) -> object:
    return parse_raw(spec(str(more.pop("kind", "date")), **more), (day, month, year), TODAY)


def refusal(kind: str, raw: object, **more: object) -> str:
    with pytest.raises(InvalidAnswer) as caught:
        parse_raw(spec(kind, **more), raw, TODAY)
    return str(caught.value)


def test_the_thirty_first_of_november_is_refused_with_the_days_of_the_month():
    assert refusal("date", ("31", "11", "2026")) == (
        "Tháng 11 chỉ có 30 ngày. Anh/chị xem lại ngày trên giấy."
    )
    assert "Tháng 2 năm 2026 chỉ có 28 ngày" in refusal("date", ("29", "2", "2026"))
    assert date("29", "2", "2024") == "2024-02-29"


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (("1", "13", "2026"), "12 tháng"),
        (("1", "1", "85"), "bốn chữ số"),
        (("1", "", "2026"), "Còn thiếu tháng"),
        (("", "", "2026"), "Còn thiếu ngày, tháng"),
        (("0", "1", "2026"), "từ 1 đến 31"),
        (("x", "1", "2026"), "từ 1 đến 31"),
        (("9" * 5000, "1", "2026"), "từ 1 đến 31"),
        (("²", "1", "2026"), "2026"),
    ],
)
def test_a_wrong_date_says_which_part_to_mend(parts, says):
    if parts[0] == "²":
        assert date(*parts) == "2026-01-02"  # a digit is a digit, however it is printed
    else:
        assert says in refusal("date", parts)


def test_a_day_to_come_is_refused_where_it_must_be_past():
    assert "chưa đến" in refusal("date", ("23", "11", "2026"), past=True)
    assert date("22", "11", "2026", past=True) == "2026-11-22"


def test_a_partial_date_may_leave_out_the_day_or_the_month():
    assert date("", "", "1950", kind="partial_date") == "1950"
    assert date("", "3", "1950", kind="partial_date") == "1950-03"
    assert date("7", "3", "1950", kind="partial_date") == "1950-03-07"
    assert "thiếu tháng" in refusal("partial_date", ("7", "", "1950"))
    assert "thiếu năm" in refusal("partial_date", ("7", "3", ""))


@given(st.dates(dt.date(1850, 1, 1), dt.date(2100, 12, 31)))
def test_a_stored_date_comes_back_from_its_own_boxes(day):
    assert date(*split_date(day.isoformat())) == day.isoformat()
    assert date(*split_date(f"{day.day}/{day.month}/{day.year}")) == day.isoformat()


@pytest.mark.parametrize("typed", ["001 090 000 001", "001.090.000.001", " 001090000001 "])
def test_spaces_and_dots_in_an_identity_number_are_tolerated(typed):
    assert parse_raw(spec("national_id"), typed, TODAY) == "001090000001"


def test_an_identity_number_of_eleven_digits_says_how_many_there_are():
    assert "11 chữ số" in refusal("national_id", "00109000000")
    assert "chữ cái" in refusal("national_id", "00109000000A")
    assert "xem lại" in refusal("national_id", "003090000001")


@pytest.mark.parametrize(
    ("kind", "typed", "answer"),
    [
        ("phone", "+84 912 345 678", "0912345678"),
        ("phone", "0912.345.678", "0912345678"),
        ("phone", "0238 0000 119", "02380000119"),
        ("email", " an@example.vn ", "an@example.vn"),
        ("money", "50.000.000 đ", 50_000_000),
        ("money", "8 000", 8000),
        ("number", "3", 3),
        ("time", "4h35", "04:35"),
        ("time", "0435", "04:35"),
        ("time", "4 giờ 35 phút", "04:35"),
        ("yes_no", "yes", True),
        ("yes_no", "no", False),
        ("text", "  Nguyễn\t Văn \u200bA\x00 ", "Nguyễn Văn A"),
        ("long_text", "a \r\n b", "a\nb"),
    ],
)
def test_usual_ways_of_writing_are_understood(kind, typed, answer):
    assert parse_raw(spec(kind), typed, TODAY) == answer


def test_wrong_values_say_how_to_mend_them():
    assert "24 giờ" in refusal("time", "24:30")
    assert "10 chữ số" in refusal("phone", "12345")
    assert "ten@noigui.vn" in refusal("email", "an@")
    assert "Nhiều nhất là 20" in refusal("number", "21", max=20)
    assert "chữ số" in refusal("number", "-1")
    assert "200 ký tự" in refusal("text", "x" * 201)
    assert "danh sách" in refusal("choice", "Ba", options=[{"value": "Một", "label": "Một"}])


def test_decomposed_and_composed_text_give_the_same_answer():
    name = "Nguyễn Thị Hường"
    decomposed = unicodedata.normalize("NFD", name)
    assert decomposed != name
    assert parse_raw(spec("text"), decomposed, TODAY) == name
    options = [{"value": "Có vợ", "label": "Có vợ"}]
    typed = unicodedata.normalize("NFD", "Có vợ")
    assert parse_raw(spec("choice", options=options), typed, TODAY) == "Có vợ"


def test_a_commune_is_found_by_its_name_and_namesakes_are_offered():
    assert parse_commune(TypedCommune(text="ba dinh, ha noi")) == "00004"
    assert parse_commune(TypedCommune(code="00004")) == "00004"
    with pytest.raises(AmbiguousCommune) as caught:
        parse_commune(TypedCommune(text="Tân"))
    assert len(caught.value.matches) > 1
    chosen = caught.value.matches[1]
    assert parse_commune(TypedCommune(text="Tân", code=chosen.code)) == chosen.code
    with pytest.raises(InvalidAnswer, match="Không tìm thấy"):
        parse_commune(TypedCommune(text="Zzzz"))
    with pytest.raises(InvalidAnswer, match="không thuộc tỉnh"):
        parse_commune(TypedCommune(code="00004", province="79"))


KINDS = {
    "text": {},
    "long_text": {},
    "number": {},
    "money": {},
    "time": {},
    "yes_no": {},
    "national_id": {},
    "phone": {},
    "email": {},
    "province": {},
    "declaration": {"text": "Tôi cam đoan."},
    "choice": {"options": [{"value": "a", "label": "A"}]},
}


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=80))
def test_any_text_is_taken_or_refused_and_an_answer_comes_back_as_it_was(kind, typed):
    field = spec(kind, **KINDS[kind])
    try:
        answer = parse_raw(field, typed, TODAY)
    except InvalidAnswer:
        return
    json.dumps(answer).encode()
    if answer is not None:
        assert parse_raw(field, to_raw(field, answer), TODAY) == answer


@given(st.tuples(st.text(max_size=10), st.text(max_size=10), st.text(max_size=10)))
def test_any_three_boxes_are_taken_or_refused(parts):
    for kind in ("date", "partial_date"):
        with contextlib.suppress(InvalidAnswer):
            parse_raw(spec(kind, past=True), parts, TODAY)


@given(st.text())
def test_clean_text_is_composed_trimmed_and_without_control_characters(text):
    clean = clean_text(text, lines=True)
    assert clean == unicodedata.normalize("NFC", clean).strip()
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in clean if c != "\n")
    assert clean_text(clean, lines=True) == clean

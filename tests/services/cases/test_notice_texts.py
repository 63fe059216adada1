"""The words of notices: by day, a procedure's own first, and nothing that is not known."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from services.cases.notice_texts import DEFAULTS, defaults, load_defaults, say
from services.catalogue.check import DATA
from services.catalogue.loader import load_folder
from services.catalogue.notice_texts import CITIZENS, COMMON, KINDS, OFFICIALS
from services.catalogue.positions import FileProblem, ProcedureFileError
from services.catalogue.schema import ProcedureDefinition
from tenants.kit.text import unaccented
from tenants.notices.delivering import SMS_LENGTH

TODAY = datetime.date(2026, 11, 22)
PROCEDURES = {one.code: one for one in load_folder(DATA)}
BIRTH, DEATH, MARRIAGE = (PROCEDURES[code] for code in ("1.001193", "1.000656", "1.000894"))
# As long as they come.
WORDS = {
    "code": "H26.99.12-261122-0001",
    "procedure": "Đăng ký khai sinh kết hợp nhận cha, mẹ, con",
    "commune": "Phường Văn Miếu – Quốc Tử Giám",
    "official": "Nguyễn Thị Hoa, Công chức tiếp nhận hồ sơ",
    "due": "17:00 ngày 22/12/2026",
    "old_due": "17:00 ngày 15/12/2026",
    "until": "22/12/2026",
    "items": "– Giấy chứng sinh",
    "amount": "2.000.000.000 đ",
    "unpaid": "8.000 đ",
    "reason": "Ảnh mờ",
    "ground": "Điều 9",
    "limit": "Trong ngày",
    "step": "Thẩm định",
    "post_code": "EB123456789VN",
}


def refused(folder: Path, old: str, new: str) -> list[FileProblem]:
    text = DEFAULTS.read_text()
    assert old in text
    path = folder / "notices.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ProcedureFileError) as caught:
        load_defaults(path)
    return caught.value.problems


class TestWords:
    @pytest.mark.parametrize("definition", PROCEDURES.values(), ids=list(PROCEDURES))
    def test_every_kind_reads_well_in_every_procedure(self, definition: ProcedureDefinition):
        for kind in KINDS:
            said = say(kind, definition, WORDS, TODAY)
            assert said.title
            assert said.body
            assert "{" not in f"{said.title}{said.body}{said.sms}"
            assert len(unaccented(said.sms)) <= SMS_LENGTH
            assert unaccented(said.sms).isascii()

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_is_said_of_what_a_turn_did_not_bring(self, kind: str):
        only = {word: WORDS[word] if word in COMMON else "" for word in WORDS}
        said = say(kind, BIRTH, only, TODAY)
        assert ": ." not in said.body
        assert not said.body.endswith(":")
        assert "  " not in said.body

    def test_what_the_law_wants_told_is_told(self):
        must = {kind for kind in CITIZENS if defaults()[kind][-1].mandatory}
        assert must >= {
            "supplement_requested",
            "payment_asked",
            "extended",
            "due_moved",
            "stopped",
            "refused",
            "result_ready",
            "rejected",
        }

    def test_officials_are_sent_no_message(self):
        assert not [kind for kind in OFFICIALS if defaults()[kind][-1].sms]


class TestAProceduresOwn:
    def test_it_says_in_its_own_words_what_it_will(self):
        said = say("filed", DEATH, WORDS, TODAY)
        assert "xin chia buồn cùng gia đình" in said.body
        assert said.title == say("filed", BIRTH, WORDS, TODAY).title

    def test_both_come_to_a_marriage(self):
        said = say("accepted", MARRIAGE, WORDS, TODAY)
        assert "cả hai bên cùng đến" in said.body
        assert "Hai bên cùng đến" in said.sms

    def test_whether_it_must_be_told_is_not_the_procedures_to_say(self):
        assert say("filed", DEATH, WORDS, TODAY).mandatory


class TestByDay:
    def test_a_new_version_holds_from_its_day_on(self, tmp_path: Path, monkeypatch):
        newer = (
            "filed:\n  - valid_from: 2026-07-01\n    title: Cũ\n    body: Cũ\n"
            "  - valid_from: 2027-01-01\n    title: Mới\n    body: Mới\n"
        )
        text = DEFAULTS.read_text()
        first = text.index("filed:\n")
        path = tmp_path / "notices.yaml"
        path.write_text(newer + text[text.index("accepted:", first) :])
        loaded = load_defaults(path)
        monkeypatch.setattr("services.cases.notice_texts.defaults", lambda: loaded)
        on = [datetime.date(2026, 12, 31), datetime.date(2027, 1, 1), datetime.date(2020, 1, 1)]
        assert [say("filed", BIRTH, WORDS, day).title for day in on] == ["Cũ", "Mới", "Cũ"]


class TestRefused:
    @pytest.mark.parametrize(
        ("old", "new", "path", "reason"),
        [
            ("Hẹn trả mới: {due}", "Hẹn: {duo}", "extended[0].body", "không có {duo}"),
            ("{post_code}", "{applicant_national_id}", "posted[0].body", "không có"),
            ("Còn phải nộp khi nhận: {unpaid}.", "{code.x}", "result_ready[0].body", "không đọc"),
            ("{unpaid}", "{unpaid", "result_ready[0].body", "không khớp"),
            ("desk_paid:", "desk_pay:", "desk_pay", "không có loại"),
            (
                "needs_person: true",
                "needs_people: true",
                "supplement_requested[0]",
                "không có khoá",
            ),
            ("mandatory: true", "mandatory: maybe", "filed[0].mandatory", "true hoặc false"),
            ("2026-07-01", "hôm qua", "filed[0].valid_from", "phải là ngày"),
        ],
    )
    def test_a_bad_file_is_refused_with_its_place(
        self, tmp_path: Path, old: str, new: str, path: str, reason: str
    ):
        found = refused(tmp_path, old, new)
        assert [one for one in found if one.path.startswith(path) and reason in one.message], found
        assert all(one.file.endswith("notices.yaml") and one.line for one in found)

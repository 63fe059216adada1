"""Notes on pages: sealed, for colleagues, removed by whoever wrote them, told without words."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from services.cases.drafts import attachments_of
from services.cases.models import Attachment, Case, PageNote
from services.cases.page_notes import (
    MOST_LETTERS,
    NoteRefused,
    NotYourNote,
    notes_of,
    remove_page_note,
    write_page_note,
)
from services.cases.story import tell
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tenants.organisation.models import Official
from tests.factories import make_case, make_official

WORDS = "Số trên giấy là 001096012345, chữ ký khác."


@pytest.fixture
def case(in_ba_dinh: CommuneInfo) -> Case:
    return make_case(up_to="received")


@pytest.fixture
def official(case: Case) -> Official:
    return make_official("specialist")


def paper(case: Case) -> Attachment:
    return attachments_of(case.pk)[0]


def written(case: Case, official: Official, text: str = WORDS, page: int = 1) -> PageNote:
    return write_page_note(
        case=case, official=official, attachment=paper(case), page=page, text=text
    )


def test_a_note_is_kept_sealed_and_told_without_its_words(case: Case, official: Official) -> None:
    written(case, official)

    [note] = notes_of(case)
    assert (note.content["text"], note.official_name) == (WORDS, official.name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM cases_pagenote")
        assert b"001096012345" not in bytes(cursor.fetchone()[0])
    last = events_of(case.pk).last()
    assert last is not None and WORDS not in str(last.details)
    assert tell([last])[0].text == "ghi chú trang 1 của Giấy chứng sinh"
    assert tell([last], for_applicant=True) == []


def test_whoever_wrote_it_removes_it_and_that_is_told_too(case: Case, official: Official) -> None:
    note = written(case, official)

    assert remove_page_note(case=case, official=official, note_id=note.pk) is not None

    assert notes_of(case) == []
    lines = tell(events_of(case.pk))
    assert lines[0].text == "gỡ ghi chú trang 1 của Giấy chứng sinh"
    assert remove_page_note(case=case, official=official, note_id=note.pk) is None
    assert len(tell(events_of(case.pk))) == len(lines)


def test_nobody_removes_anothers(case: Case, official: Official) -> None:
    note = written(case, official)
    other = make_official("specialist", name="Người Khác")

    with pytest.raises(NotYourNote, match="Chỉ người viết"):
        remove_page_note(case=case, official=other, note_id=note.pk)
    assert notes_of(case) == [note]


def test_a_note_of_another_case_is_not_there(case: Case, official: Official) -> None:
    note, other = written(case, official), make_case()

    assert remove_page_note(case=other, official=official, note_id=note.pk) is None
    assert remove_page_note(case=case, official=official, note_id=uuid.uuid4()) is None
    assert notes_of(case) == [note] and notes_of(other) == []


@pytest.mark.parametrize(
    ("text", "page", "words"),
    [
        ("  ", 1, "còn trống"),
        ("a" * (MOST_LETTERS + 1), 1, "viết gọn lại"),
        (WORDS, 0, "không có trang đó"),
        (WORDS, 2, "không có trang đó"),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(
    case: Case, official: Official, text: str, page: int, words: str
) -> None:
    with pytest.raises(NoteRefused, match=words):
        written(case, official, text, page)
    assert notes_of(case) == []


def test_a_case_has_so_many_notes_at_most(
    case: Case, official: Official, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.cases.page_notes.MOST_NOTES", 1)
    written(case, official)

    with pytest.raises(NoteRefused, match="gỡ bớt"):
        written(case, official)

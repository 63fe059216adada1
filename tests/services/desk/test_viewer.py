"""Reading papers page by page beside the form: pictures, links, notes, where a file comes from."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from documents.files.models import StoredFile
from documents.files.storing import store_bytes
from documents.files.tasks import draw_pages
from documents.files.thumbnails import Size, draw_batch, picture_path
from services.cases.drafts import attachments_of, remove_paper
from services.cases.filing import file_case
from services.cases.models import Attachment, Case, PageNote
from services.cases.reuse import offers_for, use_again
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.models import Event
from tenants.jobs.models import Job
from tenants.organisation.models import Official
from tests.documents.files.test_content import pdf
from tests.factories import BIRTH, make_account, make_case, make_draft
from tests.journeys.answers import filing
from tests.journeys.html_forms import text_of_page
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import BA_DINH, address


@pytest.fixture
def case(case_at: CaseAt) -> Case:
    return case_at("received")


@pytest.fixture
def reception(desk: Desk) -> Client:
    return desk("reception")


def give(case: Case, pages: int = 3, *, drawn: bool = True, count: int = 1) -> list[Attachment]:
    """Replace the case's papers by these many of so many pages."""
    with in_commune(BA_DINH):
        Attachment.objects.filter(owner_id=case.pk).delete()
        stored = store_bytes(pdf(pages), "application/pdf", pages=pages)
        if drawn:
            draw_batch(stored, 1)
        return [
            Attachment.objects.create(
                owner_id=case.pk, paper_key="birth_certificate", file=stored, name=f"{n}.pdf"
            )
            for n in range(count)
        ]


def picture(case: Case, paper: Attachment, page: int = 1, size: str = "doc") -> str:
    return address(case, f"giay-to/{paper.pk}/trang/{page}/{size}/")


def body(page: Any) -> str:
    return b"".join(page).decode()


def test_the_open_page_stands_beside_the_form_with_links_to_all_others(
    case: Case, reception: Client
) -> None:
    [paper] = give(case)

    page = body(reception.get(address(case), {"giay-to": str(paper.pk), "trang": "2"}))

    assert picture(case, paper, 2) in page
    small = [picture(case, paper, number, "nho") for number in (1, 2, 3)]
    assert all(one in page for one in small) and page.count('loading="lazy"') == 3
    assert re.search(r'href="\?giay-to=[^"]+trang=1[^"]*#giay-to" data-go="-1"', page)
    assert re.search(r'href="\?giay-to=[^"]+trang=3[^"]*#giay-to" data-go="1"', page)


def test_zoom_and_turn_are_links_that_keep_the_page(case: Case, reception: Client) -> None:
    [paper] = give(case)
    asked = {"giay-to": str(paper.pk), "trang": "3", "xem": "ca-trang", "xoay": "270"}

    page = body(reception.get(address(case), asked))

    assert 'data-page="3" data-turn="270" data-view="ca-trang"' in page
    assert "trang=3&amp;xem=ca-trang&amp;xoay=0#giay-to" in page  # the next turn
    assert "trang=3&amp;xem=rong&amp;xoay=270#giay-to" in page


@pytest.mark.parametrize(
    "asked",
    [
        {"giay-to": "x", "trang": "-1", "xem": "x", "xoay": "45"},
        {"trang": "99999999999", "xoay": "²"},
        {"trang": "٣", "xem": ""},
        {"trang": "0"},
    ],
)
def test_nonsense_in_the_address_opens_a_page_that_is_there(
    case: Case, reception: Client, asked: dict[str, str]
) -> None:
    give(case)

    answer = reception.get(address(case), asked)

    assert answer.status_code == 200
    assert 'data-turn="0" data-view="rong"' in body(answer)


def test_a_picture_of_a_page_is_answered_privately_and_counts_as_opening_the_paper_once(
    case: Case, reception: Client
) -> None:
    [paper] = give(case)

    for page in (1, 2):
        answer = reception.get(picture(case, paper, page))
        assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
    again = reception.get(picture(case, paper, 2), headers={"if-none-match": answer["ETag"]})

    assert again.status_code == 304 and not again.content
    with in_commune(BA_DINH):
        assert Event.objects.filter(verb="paper.seen", subject_id=case.pk).count() == 1


@pytest.mark.parametrize(("page", "size"), [(0, "doc"), (4, "doc"), (1, "to"), (201, "nho")])
def test_pages_that_are_not_there_are_not_found(
    case: Case, reception: Client, page: int, size: str
) -> None:
    [paper] = give(case)
    assert reception.get(picture(case, paper, page, size)).status_code == 404


def test_who_may_not_see_the_case_gets_no_picture(
    case: Case, reception: Client, ngoc_ha: CommuneInfo, desk: Desk
) -> None:
    [paper] = give(case)
    with in_commune(BA_DINH):
        other = make_case()
    assert reception.get(picture(other, paper)).status_code == 404
    assert desk("reception", ngoc_ha).get(picture(case, paper)).status_code == 404
    with in_commune(BA_DINH):
        Official.objects.update(scope="chung-thuc")
    assert reception.get(picture(case, paper)).status_code == 404


def test_a_page_not_drawn_yet_is_asked_for_once_and_is_there_after(
    case: Case, reception: Client
) -> None:
    [paper] = give(case, drawn=False)

    first = reception.get(picture(case, paper))
    reception.get(picture(case, paper, 2, "nho"))

    assert first.status_code == 200 and first["Content-Type"] == "image/svg+xml"
    assert "Ảnh trang đang được vẽ" in text_of_page(reception.get(address(case)))
    with in_commune(BA_DINH):
        [job] = Job.objects.filter(task=draw_pages.module_path)
        draw_pages.func(*job.args["args"])
    assert b"".join(reception.get(picture(case, paper))).startswith(b"\xff\xd8")  # type: ignore[arg-type]


def test_a_page_that_cannot_be_drawn_says_how_to_read_it(case: Case, reception: Client) -> None:
    [paper] = give(case)
    with in_commune(BA_DINH):
        picture_path(paper.file_id, 1, Size.READING).write_bytes(b"")

    assert "không vẽ thành ảnh được" in text_of_page(reception.get(address(case)))
    assert reception.get(picture(case, paper))["Content-Type"] == "image/svg+xml"


def test_thirty_papers_of_two_hundred_pages_cost_the_page_no_more_than_one(
    case: Case, reception: Client
) -> None:
    give(case, pages=1)
    reception.get(address(case))
    with CaptureQueriesContext(connection) as few:
        small = reception.get(address(case))
    give(case, pages=200, count=30, drawn=False)
    with CaptureQueriesContext(connection) as many:
        large = reception.get(address(case))

    assert len(many) == len(few)
    assert len(large.content) - len(small.content) < 25_000
    assert body(large).count("<img") == 25


# ── Notes ────────────────────────────────────────────────────────────────


def note(browser: Client, case: Case, paper: Attachment, text: str, page: int = 2) -> Any:
    where = address(case, f"giay-to/{paper.pk}/ghi-chu/")
    return browser.post(where, {"trang": str(page), "ghi-chu": text}, follow=True)


def test_a_note_is_read_by_colleagues_and_stands_in_the_history_without_its_words(
    case: Case, reception: Client, desk: Desk
) -> None:
    [paper] = give(case)

    answer = note(reception, case, paper, "Chữ ký <khác> trang 1")

    assert 'data-page="2"' in body(answer) and "&lt;khác&gt;" in body(answer)
    for page in (answer, desk("leader").get(address(case))):
        words = text_of_page(page)
        assert "Chữ ký <khác> trang 1" in words or "Chữ ký" in words
        assert "ghi chú trang 2 của Giấy chứng sinh" in words


def test_ones_own_note_is_removed_with_a_press_and_anothers_is_not(
    case: Case, reception: Client, desk: Desk
) -> None:
    [paper] = give(case)
    note(reception, case, paper, "Xem lại")
    with in_commune(BA_DINH):
        key = PageNote.objects.get().pk
    remove = address(case, f"ghi-chu/{key}/go/")
    leader = desk("leader")

    assert remove not in body(leader.get(address(case)))
    assert "Chỉ người viết" in text_of_page(leader.post(remove, follow=True))
    assert remove in body(reception.get(address(case)))
    assert "gỡ ghi chú trang 2" in text_of_page(reception.post(remove, follow=True))
    assert "đã được gỡ trước đó" in text_of_page(reception.post(remove, follow=True))


@pytest.mark.parametrize(("text", "page"), [("", "1"), ("a", "0"), ("a", "x"), ("a", "²")])
def test_a_bad_note_is_refused_with_words(
    case: Case, reception: Client, text: str, page: Any
) -> None:
    [paper] = give(case)

    assert "Hãy" in text_of_page(note(reception, case, paper, text, page))
    with in_commune(BA_DINH):
        assert not PageNote.objects.exists()


def test_the_applicant_reads_neither_the_note_nor_that_there_is_one(
    ba_dinh: CommuneInfo, reception: Client
) -> None:
    with in_commune(BA_DINH):
        account = make_account()
        case = make_case(up_to="received", account=account)
    [paper] = give(case)
    note(reception, case, paper, "Nghi giấy giả")
    browser = Client(SERVER_NAME=ba_dinh.host)
    browser.force_login(account)

    for where in ("", "du-lieu.json"):
        words = browser.get(f"/ho-so/{case.code}/{where}")
        assert words.status_code == 200
        assert "Nghi giấy giả" not in body(words) and "ghi chú trang" not in body(words)


# ── Used again ───────────────────────────────────────────────────────────


@pytest.fixture
def reused(ba_dinh: CommuneInfo) -> tuple[Case, Case]:
    """A case whose paper comes from an earlier one, and that one."""
    with in_commune(BA_DINH):
        account = make_account()
        earlier = make_case(up_to="received", account=account)
        draft = make_draft(filing(BIRTH), account=account)
        [given] = attachments_of(draft.pk)
        remove_paper(draft=draft, attachment_id=given.pk)
        [offer] = offers_for(draft)[given.paper_key]
        use_again(draft=draft, paper_key=given.paper_key, offer_key=offer.key)
        return file_case(draft=draft, declared=True, account=account), earlier


def test_the_desk_reads_where_a_file_comes_from_and_that_its_hash_is_the_same(
    reused: tuple[Case, Case], reception: Client
) -> None:
    case, earlier = reused

    page = reception.get(address(case))

    words = text_of_page(page)
    assert "Dùng lại từ hồ sơ" in words and "mã băm trùng" in words
    assert f'href="{address(earlier)}"' in body(page)


def test_a_hash_that_is_another_is_said(reused: tuple[Case, Case], reception: Client) -> None:
    case, _earlier = reused
    with in_commune(BA_DINH):
        other = store_bytes(pdf(2), "application/pdf", pages=2)
        Attachment.objects.filter(owner_id=case.pk).update(file=other)
        assert StoredFile.objects.count() == 2

    assert "không đối chiếu được mã băm" in text_of_page(reception.get(address(case)))


def test_what_a_person_was_asked_again_is_said_with_a_link(
    ba_dinh: CommuneInfo, reception: Client
) -> None:
    with in_commune(BA_DINH):
        account = make_account()
        earlier = make_case(account=account)
        again = make_case(account=account)

    page = reception.get(address(again))

    assert "Nền tảng đã có" in text_of_page(page) and f'href="{address(earlier)}"' in body(page)
    assert "Nền tảng đã có" not in text_of_page(reception.get(address(earlier)))

"""Filing with help: the person confirms on their own phone, once, exactly what is filed."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from services.cases.drafts import attach_paper, save_page
from services.cases.models import Case, Draft
from services.cases.paper_counts import Sheets, keep_sheets
from services.reception import confirming
from services.reception.confirming import (
    State,
    answer_confirmation,
    ask_confirmation,
    confirmation_of,
    file_confirmed,
    find_confirmation,
)
from services.reception.errors import ConfirmationVoid
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of
from tests.at_once import at_once
from tests.factories import make_account, make_draft, pdf_upload, the_official
from tests.journeys.answers import filing
from tests.services.desk.conftest import Desk
from tests.services.reception.conftest import text

pytestmark = pytest.mark.django_db
BIRTH = "1.001193"
Browsers = Callable[[CommuneInfo], Client]


@pytest.fixture
def draft(in_ba_dinh: CommuneInfo) -> Draft:
    """A complete form at the counter."""
    return make_draft(filing(BIRTH), official=the_official("reception"))


def fresh(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


class TestTheKey:
    def test_it_is_random_kept_as_a_digest_and_opens_only_its_own_form(self, draft: Draft) -> None:
        kept, token = ask_confirmation(draft=draft)
        assert len(token) >= 52 and token not in str(kept.content)
        found = find_confirmation(token)
        assert found is not None and found[1].state is State.ASKED
        _kept, later = ask_confirmation(draft=draft)
        assert find_confirmation(token) is None and find_confirmation(later) is not None
        other = make_draft(filing(BIRTH), official=the_official("reception"))
        ask_confirmation(draft=other)
        spliced = later[:20] + find_token(other)[20:]
        for wrong in ("", "x", "é" * 54, token[:-2], spliced, "a" * 500):
            assert find_confirmation(wrong) is None

    def test_it_serves_once(self, draft: Draft) -> None:
        _kept, token = ask_confirmation(draft=draft)
        answer_confirmation(token=token, confirmed=True)
        with pytest.raises(ConfirmationVoid):
            answer_confirmation(token=token, confirmed=False, remark="Sai tên")
        assert confirmation_of(fresh(draft)).state is State.CONFIRMED

    def test_it_serves_a_quarter_of_an_hour(
        self, draft: Draft, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _kept, token = ask_confirmation(draft=draft)
        late = timezone.now() + datetime.timedelta(minutes=15, seconds=1)
        monkeypatch.setattr(confirming.timezone, "now", lambda: late)
        with pytest.raises(ConfirmationVoid):
            answer_confirmation(token=token, confirmed=True)

    @pytest.mark.parametrize("what", ["answer", "paper", "sheets", "shown"])
    def test_any_change_makes_it_void_before_and_after_the_answer(
        self, draft: Draft, what: str
    ) -> None:
        for answered in (False, True):
            _kept, token = ask_confirmation(draft=fresh(draft))
            if answered:
                answer_confirmation(token=token, confirmed=True)
            change(fresh(draft), what, answered)
            assert confirmation_of(fresh(draft)).state is State.CHANGED
            with pytest.raises(ConfirmationVoid):
                answer_confirmation(token=token, confirmed=True)
            with pytest.raises(ConfirmationVoid):
                file_confirmed(draft=fresh(draft), official=the_official("reception"))
        assert not Case.objects.exists()

    def test_only_what_was_confirmed_is_filed(self, draft: Draft) -> None:
        with pytest.raises(ConfirmationVoid):
            file_confirmed(draft=draft, official=the_official("reception"))
        _kept, token = ask_confirmation(draft=draft, sent_to="098***321")
        answer_confirmation(
            token=token, confirmed=True, account=make_account("Lê Thị Mai"), device="Safari"
        )
        case = file_confirmed(draft=fresh(draft), official=the_official("reception"))
        assert file_confirmed(draft=draft, official=the_official("reception")) == case
        event = events_of(case.pk).first()
        assert event is not None
        how = (event.details or {})["confirmed"]
        assert (how["name"], how["device"], how["sent_to"]) == ("Lê Thị Mai", "Safari", "098***321")
        assert how["account"] and how["answered_at"]


def change(draft: Draft, what: str, again: bool) -> None:
    """Change one thing of what would be filed."""
    if what == "answer":
        page, value = "child_name", "Trần Gia Bảo" if again else "Trần Gia Hân"
        save_page(draft=draft, page_key=page, answers={"child_name": value})
    elif what == "paper":
        attach_paper(draft=draft, paper_key="birth_certificate", upload=pdf_upload())
    elif what == "sheets":
        keep_sheets(draft=draft, sheets={"birth_certificate": Sheets(1 + again)}, sets=1, shown=[])
    else:
        keep_sheets(draft=draft, sheets={}, sets=2 + again, shown=["x"])


def find_token(draft: Draft) -> str:
    return ask_confirmation(draft=draft)[1]


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        made = make_draft(filing(BIRTH), official=the_official("reception"))
        token = find_token(made)
    results = at_once(ba_dinh.code, [lambda: answer_confirmation(token=token, confirmed=True)] * 4)
    assert sum(isinstance(one, Draft) for one in results) == 1
    assert sum(isinstance(one, ConfirmationVoid) for one in results) == 3, results


class TestPages:
    @pytest.fixture
    def at_counter(self, draft: Draft, desk: Desk) -> tuple[Client, str]:
        return desk("reception"), f"/desk/quay/xac-nhan/{draft.pk}/"

    def link(self, page: str) -> str:
        """The address that was sent to the phone: the page itself shows it as a code only."""
        sent = sorted(re.findall(r"http\S+/xac-nhan/\S+/", page))
        return sent[-1] if sent else ""

    def test_the_phone_shows_everything_masked_and_the_counter_files(
        self,
        at_counter: tuple[Client, str],
        draft: Draft,
        ba_dinh: CommuneInfo,
        commune_client: Browsers,
    ) -> None:
        browser, address = at_counter
        assert "Chưa tạo mã" in text(browser.get(address))
        made = text(browser.post(address, {"sms": "on"}))
        assert "<svg" in made and "Đã gửi đường dẫn" in made
        url = sent_link()
        assert url.startswith("http") and url not in made
        path = "/" + url.split("/", 3)[3]
        phone = commune_client(ba_dinh)
        shown = text(phone.get(path))
        number = filing(BIRTH).answers["requester_national_id"]
        assert html.escape(str(filing(BIRTH).answers["child_name"])) in shown
        assert str(number) not in shown and "Tôi xác nhận" in shown
        assert "Đang chờ người nộp xác nhận" in text(browser.get(f"{address}tinh-trang/"))
        assert "Anh/chị đã xác nhận" in text(phone.post(path, {"confirmed": "1"}))
        assert phone.get(path).status_code == 410
        state = text(browser.get(f"{address}tinh-trang/"))
        assert "Người nộp đã xác nhận" in state and 'name="confirmed"' in state
        review = f"/desk/tai-quay/ban/{draft.pk}/xem-lai/"
        done = browser.post(review, {"confirmed": "1", "accept": "1"}, follow=True)
        assert "Đã nhập và tiếp nhận" in text(done) and "xác nhận lúc" in text(done)

    def test_what_is_not_right_comes_back_to_the_counter(
        self,
        at_counter: tuple[Client, str],
        ba_dinh: CommuneInfo,
        commune_client: Browsers,
        draft: Draft,
    ) -> None:
        browser, address = at_counter
        with in_commune(ba_dinh.code):
            token = find_token(draft)
        phone = commune_client(ba_dinh)
        empty = phone.post(f"/xac-nhan/{token}/", {"declined": "1"})
        assert empty.status_code == 422 and "chỗ nào chưa đúng" in text(empty)
        phone.post(f"/xac-nhan/{token}/", {"declined": "1", "remark": "Sai tên <b>cháu</b>"})
        said = text(browser.get(f"{address}tinh-trang/"))
        assert "Sai tên &lt;b&gt;cháu&lt;/b&gt;" in said
        review = f"/desk/tai-quay/ban/{draft.pk}/xem-lai/"
        assert "Người nộp báo chưa đúng" in text(browser.get(review))
        refused = browser.post(review, {"confirmed": "1"})
        assert refused.status_code == 422 and "tạo mã mới" in text(refused)

    def test_a_link_that_is_none_says_what_to_do(
        self, ba_dinh: CommuneInfo, commune_client: Browsers
    ) -> None:
        answer = commune_client(ba_dinh).get("/xac-nhan/khong-co/")
        assert answer.status_code == 404 and "Nhờ cán bộ tạo mã mới" in text(answer)

    def test_an_incomplete_form_gets_no_code(self, desk: Desk, ba_dinh: CommuneInfo) -> None:
        from tests.services.desk.test_counter import begin

        browser = desk("reception")
        key = begin(browser).rstrip("/").rsplit("/", 1)[-1]
        page = text(browser.post(f"/desk/quay/xac-nhan/{key}/"))
        assert "chưa đủ nên chưa xác nhận được" in page and "<svg class" not in page


def sent_link() -> str:
    """The link of the last message to a phone."""
    from pathlib import Path

    last = max(Path(settings.SMS_FILE_PATH).iterdir())
    return re.findall(r"http\S+", last.read_text())[-1]

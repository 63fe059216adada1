"""An operator looks on for a while, to read, and the commune reads of it and ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from services.cases.drafts import attachments_of
from services.cases.models import Case
from tenants.accounts.desk_cookie import COOKIE
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import CommuneInfo, in_commune
from tenants.fleet.models import OperatorAct, SupportAccess
from tenants.fleet.support import SupportRefused, open_support
from tenants.history.events import verify_chain
from tenants.history.models import Event
from tenants.organisation.desk_access import readable_desk_view
from tenants.organisation.models import Official
from tests.factories import make_case, the_official
from tests.second_factor import show_factor
from tests.services.desk.conftest import Desk, desk
from tests.services.desk.pages import BA_DINH, text_of

__all__ = ["desk"]

REASON = "Phường báo hồ sơ không mở được từ sáng nay"
OPEN_TO_SUPPORT = {"desk-list", "desk-case", "desk-paper", "desk-document"}
# Pages of the account itself, and those by which an access is opened and ended.
NOT_OF_THE_DESK = {"desk-close", "support-desk", "support-end"}
Browser = Callable[[CommuneInfo], Client]


@pytest.fixture
def case(ba_dinh: CommuneInfo) -> Case:
    with in_commune(BA_DINH):
        return make_case("1.001193", "received")


@pytest.fixture
def access(khue: Account, ba_dinh: CommuneInfo) -> SupportAccess:
    return open_support(code=BA_DINH, operator=khue, reason=REASON, minutes=30)


@pytest.fixture
def browser(khue: Account, ba_dinh: CommuneInfo, commune_client: Browser) -> Client:
    """The operator's browser at the commune's site, without an open desk."""
    client = commune_client(ba_dinh)
    client.force_login(khue)
    return client


@pytest.fixture
def looking(browser: Client, access: SupportAccess) -> Client:
    """The same with the desk open to look on."""
    return opened(browser, access)


def opened(browser: Client, access: SupportAccess) -> Client:
    show_factor(browser, place=BA_DINH)
    assert browser.post(address(access))["Location"] == "/desk/?xem=dang-giai-quyet"
    return browser


def address(access: SupportAccess, more: str = "") -> str:
    return f"/desk/ho-tro/{access.pk}/{more}"


def events(verb: str) -> list[Event]:
    with in_commune(BA_DINH):
        return list(Event.objects.filter(verb=verb).order_by("sequence"))


class TestAsking:
    PAGE = "/operator/xa/00004/ho-tro/"

    def test_it_takes_a_reason_and_a_time_and_is_written_on_both_sides(
        self, operator: Client, khue: Account, ba_dinh: CommuneInfo
    ) -> None:
        assert "Xin truy cập hỗ trợ" in text_of(operator.get("/operator/xa/00004/"))
        answer = operator.post(self.PAGE, {"reason": REASON, "minutes": "60"})
        access = SupportAccess.objects.get()
        assert answer["Location"] == f"http://{ba_dinh.host}{address(access)}"
        assert access.ends_at - access.begins_at == pytest.approx(
            timedelta(hours=1), abs=timedelta(seconds=5)
        )
        act = OperatorAct.objects.get(act=OperatorAct.Act.SUPPORT)
        assert (act.commune_code, act.note, act.account_id) == (BA_DINH, REASON, khue.pk)
        (event,) = events("support.opened")
        assert (event.subject_id, event.actor_id) == (access.pk, khue.pk)
        assert event.details["reason"] == REASON
        assert "Vào xem" in text_of(operator.get("/operator/xa/00004/"))

    @pytest.mark.parametrize(
        "data",
        [
            {"reason": "xem thử", "minutes": "15"},
            {"reason": REASON, "minutes": "600"},
            {"reason": REASON, "minutes": ""},
            {"reason": "", "minutes": "15"},
        ],
    )
    def test_without_either_there_is_none(self, operator: Client, data: dict[str, str]) -> None:
        assert operator.post(self.PAGE, data).status_code == 422
        assert not SupportAccess.objects.exists() and not events("support.opened")

    @pytest.mark.parametrize("minutes", [0, 14, 241])
    def test_nor_by_the_call(self, khue: Account, ba_dinh: CommuneInfo, minutes: int) -> None:
        with pytest.raises(SupportRefused):
            open_support(code=BA_DINH, operator=khue, reason=REASON, minutes=minutes)

    def test_a_commune_without_a_system_has_none(self, operator: Client) -> None:
        data = {"reason": REASON, "minutes": "15"}
        assert operator.post("/operator/xa/00001/ho-tro/", data).status_code == 404


class TestOpening:
    def test_it_takes_the_second_factor(self, browser: Client, access: SupportAccess) -> None:
        for answer in (browser.get(address(access)), browser.post(address(access))):
            assert answer.status_code == 302 and "/tai-khoan/" in answer["Location"]
        assert not DeskSession.objects.filter(support_id__isnull=False).exists()
        show_factor(browser, place=BA_DINH)
        assert REASON in text_of(browser.get(address(access)))
        assert browser.post(address(access))["Location"] == "/desk/?xem=dang-giai-quyet"

    def test_another_operator_and_others_find_nothing(
        self, access: SupportAccess, ba_dinh: CommuneInfo, commune_client: Browser
    ) -> None:
        others = [
            Account.objects.create_account(full_name="Vận hành Hai", email="2@x.vn"),
            Account.objects.create_account(
                full_name="Vận hành Ba", email="3@x.vn", is_operator=True
            ),
        ]
        for other in others:
            client = commune_client(ba_dinh)
            client.force_login(other)
            show_factor(client, place=BA_DINH)
            for path in (address(access), f"/desk/ho-tro/{uuid4()}/"):
                assert client.get(path).status_code == 404
                assert client.post(path).status_code == 404
            assert client.post(address(access, "ket-thuc/")).status_code == 404

    def test_it_is_nothing_in_another_commune(
        self, access: SupportAccess, khue: Account, ngoc_ha: CommuneInfo, commune_client: Browser
    ) -> None:
        client = commune_client(ngoc_ha)
        client.force_login(khue)
        show_factor(client, place=ngoc_ha.code)
        assert client.post(address(access)).status_code == 404


class TestLooking:
    def test_without_an_access_no_page_of_the_desk_is_there(
        self, browser: Client, case: Case
    ) -> None:
        for path in ("/desk/", f"/desk/ho-so/{case.code}/", "/desk/mo-ban/"):
            assert browser.get(path).status_code == 404

    def test_pages_are_read_and_each_is_written_down(
        self, looking: Client, access: SupportAccess, case: Case
    ) -> None:
        assert case.code.partition("-")[2] in text_of(looking.get("/desk/?xem=dang-giai-quyet"))
        page = text_of(looking.get(f"/desk/ho-so/{case.code}/"))
        assert "Đang xem để hỗ trợ" in page and "Kết thúc hỗ trợ" in page
        assert "Hiện số định danh" not in page and "tai-ve" not in page
        with in_commune(BA_DINH):
            paper = attachments_of(case.pk)[0]
        paper_path = f"/desk/ho-so/{case.code}/giay-to/{paper.pk}/"
        assert looking.get(paper_path + "?tai-ve").status_code == 404
        answer = looking.get(paper_path)
        assert answer.status_code == 200 and b"".join(answer)
        viewed = events("support.viewed")
        assert {event.subject_id for event in viewed} == {access.pk}
        assert [(event.details["what"], event.details["case"]) for event in viewed] == [
            ("list", ""),
            ("case", case.code),
            ("paper", case.code),
        ]
        with in_commune(BA_DINH):
            verify_chain()

    def test_numbers_stay_masked(self, looking: Client, case: Case) -> None:
        with in_commune(BA_DINH):
            number = Case.objects.get(pk=case.pk).applicant_national_id
        assert number and number not in text_of(looking.get(f"/desk/ho-so/{case.code}/"))

    def test_no_other_page_of_the_desk_is_there(self, looking: Client, case: Case) -> None:
        with in_commune(BA_DINH):
            official = the_official("reception")
        given = {"code": case.code, "official_id": official.pk, "procedure_code": "1.001193"}
        asked = 0
        for name, path in desk_addresses(given):
            asked += 1
            got, sent = looking.get(path).status_code, looking.post(path).status_code
            assert sent in (404, 405), (name, sent)
            if name in OPEN_TO_SUPPORT:
                assert got in (200, 404), (name, got)
            else:
                assert 404 in (got, sent) and got in (404, 405), (name, got, sent)
        assert asked > 40

    def test_it_takes_part_in_nothing(self, looking: Client, case: Case) -> None:
        answer = looking.post(f"/desk/ho-so/{case.code}/nhan-xu-ly/", {"seen": "-"})
        assert answer.status_code == 404
        assert looking.post(f"/desk/ho-so/{case.code}/").status_code in (404, 405)

    def test_a_view_that_forgot_to_ask_takes_no_form_either(
        self, looking: Client, khue: Account
    ) -> None:
        @readable_desk_view("case")
        def careless(request: HttpRequest) -> HttpResponse:
            return HttpResponse("done")

        def asked(method: str) -> HttpRequest:
            request = RequestFactory().generic(method, "/desk/")
            request.user, request.COOKIES[COOKIE] = khue, looking.cookies[COOKIE].value
            return request

        with in_commune(BA_DINH):
            assert careless(asked("GET")).status_code == 200
            with pytest.raises(Http404):
                careless(asked("POST"))


class TestEnding:
    def test_by_itself(self, looking: Client, access: SupportAccess) -> None:
        assert looking.get("/desk/").status_code == 200
        later = timezone.now() + timedelta(minutes=31)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tenants.organisation.support.timezone.now", lambda: later)
            DeskSession.objects.update(last_seen_at=later, opened_at=later)
            assert looking.get("/desk/").status_code == 404

    def test_by_the_commune_at_once(
        self, looking: Client, access: SupportAccess, desk: Desk
    ) -> None:
        administrator = desk("administrator")
        page = text_of(administrator.get("/desk/to-chuc/nhat-ky/"))
        assert REASON in page and "Chấm dứt ngay" in page
        answer = administrator.post(address(access, "ket-thuc/"))
        assert answer["Location"] == "/desk/to-chuc/nhat-ky/"
        assert looking.get("/desk/").status_code == 404
        assert looking.get(address(access)).status_code == 404
        page = text_of(administrator.get("/desk/to-chuc/nhat-ky/"))
        assert "Chấm dứt ngay" not in page and "chấm dứt truy cập hỗ trợ" in page
        access.refresh_from_db()
        assert access.ended_at is not None
        (event,) = events("support.ended")
        assert event.actor_name != access.name

    def test_even_with_its_desk_still_there(
        self, looking: Client, access: SupportAccess, desk: Desk
    ) -> None:
        row = DeskSession.objects.get(support_id=access.pk)
        desk("administrator").post(address(access, "ket-thuc/"))
        row.save(force_insert=True)
        assert looking.get("/desk/").status_code == 404

    @pytest.mark.parametrize("role", ["reception", "leader"])
    def test_by_no_other_official(self, access: SupportAccess, desk: Desk, role: str) -> None:
        assert desk(role).post(address(access, "ket-thuc/")).status_code == 404
        assert not events("support.ended")

    def test_by_the_operator(self, looking: Client, access: SupportAccess) -> None:
        assert looking.post(address(access, "ket-thuc/")).status_code == 302
        assert looking.get("/desk/").status_code == 404
        assert len(events("support.ended")) == 1

    def test_an_account_that_is_no_operator_any_more_sees_nothing(
        self, looking: Client, khue: Account
    ) -> None:
        Account.objects.filter(pk=khue.pk).update(is_operator=False)
        assert looking.get("/desk/").status_code == 404

    def test_a_desk_to_look_on_is_no_official_s_desk(self, looking: Client, khue: Account) -> None:
        with in_commune(BA_DINH):
            Official.objects.create(
                account_id=khue.pk, name="Khuê", title="Văn thư", roles="reception leader"
            )
        assert looking.get("/desk/")["Location"].startswith("/desk/mo-ban/")


def desk_addresses(given: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Every address of the desk, with what is given and else with keys of nothing."""
    for route, pattern in _patterns(get_resolver("config.urls_commune")):
        if route.startswith("desk/") and pattern.name not in NOT_OF_THE_DESK:
            path = route
            for name, converter in pattern.pattern.converters.items():
                nothing = uuid4() if converter.regex.startswith("[0-9a-f]{8}") else "x"
                value = given.get(name, nothing)
                for kind in ("str", "uuid", "int", "slug"):
                    path = path.replace(f"<{kind}:{name}>", str(value))
            yield str(pattern.name), f"/{path}"


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one, route)
        else:
            yield route, one

"""The organisation's pages: who finds them, and what their buttons do."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.models import Event
from tenants.organisation.forms import (
    DelegationForm,
    DepartmentForm,
    InvitationForm,
    LeavingForm,
    OfficialForm,
)
from tenants.organisation.models import Department, Official, Role
from tenants.organisation.work import Field, get_work
from tests.factories import make_official, the_official
from tests.services.desk.conftest import Desk
from tests.services.desk.pages import BA_DINH, text_of

HERE = "/desk/to-chuc/"
ADMINISTRATORS = ["", "phong/", "loi-moi/"]


@pytest.fixture
def bao(ba_dinh: CommuneInfo) -> Official:
    """A specialist."""
    with in_commune(BA_DINH):
        return make_official("specialist")


def typed(**changed: object) -> dict[str, object]:
    """The form of an official as it is sent."""
    return {"name": "Trần Quốc Bảo", "title": "Chuyên viên", "roles": ["specialist"], **changed}


@pytest.mark.parametrize("role", ["reception", "specialist", "head", "leader", "clerk"])
def test_they_are_the_administrators_alone(desk: Desk, bao: Official, role: str) -> None:
    browser = desk(role)
    pages = [*ADMINISTRATORS, f"can-bo/{bao.pk}/", f"can-bo/{bao.pk}/nghi/"]
    for page in pages:
        assert browser.get(HERE + page).status_code == 404, page
    moves = [f"can-bo/{bao.pk}/tro-lai/", f"phong/{bao.pk}/bo/", f"loi-moi/{bao.pk}/rut/"]
    for move in [*pages[1:], *moves]:
        assert browser.post(HERE + move, typed()).status_code == 404, move
    assert browser.get(HERE + "uy-quyen/").status_code == 200
    assert browser.get(HERE + "nhat-ky/").status_code == (200 if role == "leader" else 404)
    saved = browser.get(HERE + "nhat-ky/tai-ve/csv/")
    assert saved.status_code == (200 if role == "leader" else 404)
    assert b"".join(saved)  # read to its end, which closes the file


def test_an_administrator_finds_all_of_them(desk: Desk, bao: Official) -> None:
    browser = desk("administrator")
    assert 'href="/desk/to-chuc/"' in text_of(browser.get("/desk/"))
    for page in [*ADMINISTRATORS, f"can-bo/{bao.pk}/", f"can-bo/{bao.pk}/nghi/", "uy-quyen/"]:
        assert browser.get(HERE + page).status_code == 200, page
    assert browser.get(f"{HERE}can-bo/{uuid4()}/").status_code == 404


def test_an_official_of_the_neighbour_is_not_found_here(desk: Desk, ngoc_ha: CommuneInfo) -> None:
    with in_commune(ngoc_ha.code):
        stranger = make_official("specialist", name="Người Ngọc Hà")
    browser = desk("administrator")
    assert browser.get(f"{HERE}can-bo/{stranger.pk}/").status_code == 404
    assert browser.post(f"{HERE}can-bo/{stranger.pk}/", typed()).status_code == 404
    assert "Người Ngọc Hà" not in text_of(browser.get(HERE))


class TestPeople:
    def test_the_list_is_narrowed(self, desk: Desk, bao: Official) -> None:
        browser = desk("administrator")
        assert "Trần Quốc Bảo" in text_of(browser.get(f"{HERE}?ten=quoc bao&vai-tro=specialist"))
        for query in ("ten=hoa", "vai-tro=clerk", "tinh-trang=da-nghi", f"phong={uuid4()}"):
            page = text_of(browser.get(f"{HERE}?{query}"))
            assert "Trần Quốc Bảo" not in page and "Bỏ lọc" in page, query

    def test_rights_are_changed(self, desk: Desk, bao: Official) -> None:
        browser = desk("administrator")
        data = typed(roles=["specialist", "head"], scope=["ho-tich", "1.001193", "2.000815"])
        assert browser.post(f"{HERE}can-bo/{bao.pk}/", data).status_code == 302
        with in_commune(BA_DINH):
            changed = Official.objects.get(pk=bao.pk)
        # The procedure of a field that is chosen whole goes without saying.
        assert (changed.roles, changed.scope) == ("specialist head", "2.000815 ho-tich")
        page = text_of(browser.get(HERE))
        assert "chuyên viên, trưởng phòng" in page and "Hộ tịch" in page

    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, desk: Desk, bao: Official
    ) -> None:
        browser = desk("administrator")
        page = browser.post(f"{HERE}can-bo/{bao.pk}/", typed(title="", may_sign="on"))
        assert page.status_code == 422
        assert "Hãy ghi chức vụ." in text_of(page) and "Chỉ người có vai trò" in text_of(page)

    def test_one_s_own_rights_are_refused_in_words(self, desk: Desk) -> None:
        browser = desk("administrator")
        with in_commune(BA_DINH):
            me = the_official("administrator")
        data = typed(name=me.name, roles=["administrator", "leader"], may_sign="on")
        page = browser.post(f"{HERE}can-bo/{me.pk}/", data)
        assert page.status_code == 422 and "Không ai tự đổi quyền" in text_of(page)

    def test_somebody_leaves_and_comes_back(self, desk: Desk, bao: Official) -> None:
        browser = desk("administrator")
        day = timezone.localdate().isoformat()
        assert browser.post(f"{HERE}can-bo/{bao.pk}/nghi/", {"left_on": day}).status_code == 302
        assert "Trần Quốc Bảo" in text_of(browser.get(f"{HERE}?tinh-trang=da-nghi"))
        assert browser.get(f"{HERE}can-bo/{bao.pk}/nghi/").status_code == 404
        browser.post(f"{HERE}can-bo/{bao.pk}/tro-lai/")
        with in_commune(BA_DINH):
            assert Official.objects.get(pk=bao.pk).active


def test_departments_are_kept_on_one_page(desk: Desk) -> None:
    browser, address = desk("administrator"), f"{HERE}phong/"
    for name in ("Văn phòng", "Phòng Kinh tế"):
        assert browser.post(address, {"name": name}).status_code == 302
    assert browser.post(address, {"name": " văn  phòng "}).status_code == 422
    with in_commune(BA_DINH):
        one, two = Department.objects.all()
    browser.post(f"{address}{two.pk}/thu-tu/", {"huong": "len"})
    browser.post(f"{address}{two.pk}/ten/", {"name": "Phòng Kinh tế, Hạ tầng và Đô thị"})
    browser.post(f"{address}{one.pk}/bo/")
    with in_commune(BA_DINH):
        assert [str(each) for each in Department.objects.all()] == [
            "Phòng Kinh tế, Hạ tầng và Đô thị"
        ]


class TestDelegations:
    def data(self, receiver: Official, **changed: object) -> dict[str, object]:
        day = timezone.localdate().isoformat()
        return {
            "receiver": receiver.pk, "capacity": "authorised", "roles": ["leader"],
            "ground": "Quyết định 12/QĐ-UBND", "starts_on": day, "ends_on": day, **changed,
        }  # fmt: skip

    def test_a_leader_gives_and_ends(self, desk: Desk, bao: Official) -> None:
        browser, address = desk("leader"), f"{HERE}uy-quyen/"
        assert browser.post(address, self.data(bao)).status_code == 302
        page = text_of(browser.get(address))
        assert "TUQ." in page and "đang có hiệu lực" in page
        given = page.partition("/desk/to-chuc/uy-quyen/")[2]
        key = UUID(given.partition("/cham-dut/")[0][-36:])
        browser.post(f"{address}{key}/cham-dut/")
        assert "đã chấm dứt" in text_of(browser.get(address))

    def test_what_one_does_not_have_is_no_choice(self, desk: Desk, bao: Official) -> None:
        page = desk("clerk").post(f"{HERE}uy-quyen/", self.data(bao))
        assert page.status_code == 422

    def test_nobody_gives_in_another_s_name(self, desk: Desk, bao: Official) -> None:
        browser = desk("clerk")
        with in_commune(BA_DINH):
            leader = the_official("leader")
        page = browser.post(f"{HERE}uy-quyen/", self.data(bao, giver=leader.pk, roles=["clerk"]))
        assert page.status_code == 302
        with in_commune(BA_DINH):
            assert Event.objects.get(verb="delegation.given").details["giver"] != leader.name

    def test_others_delegations_are_not_there(self, desk: Desk, bao: Official) -> None:
        desk("leader").post(f"{HERE}uy-quyen/", self.data(bao))
        assert (
            "Trần Quốc Bảo"
            not in text_of(desk("clerk").get(f"{HERE}uy-quyen/"))
            .partition("<form method")[0]
            .partition("<table")[2]
        )


class TestLog:
    def test_it_tells_in_sentences_newest_first_and_is_saved(
        self, desk: Desk, bao: Official
    ) -> None:
        browser = desk("administrator")
        browser.post(f"{HERE}phong/", {"name": "=HYPERLINK(1)"})
        browser.post(f"{HERE}can-bo/{bao.pk}/", typed(roles=["head"]))
        page = text_of(browser.get(f"{HERE}nhat-ky/"))
        assert "vai trò: chuyên viên → trưởng phòng" in page
        assert page.index("đổi thông tin của") < page.index("thêm phòng =")
        only = text_of(browser.get(f"{HERE}nhat-ky/?nguoi={bao.pk}&loai=can-bo"))
        assert "đổi thông tin của" in only and "thêm phòng" not in only
        saved = b"".join(browser.get(f"{HERE}nhat-ky/tai-ve/csv/"))
        assert "thêm phòng" in saved.decode("utf-8-sig")
        assert browser.get(f"{HERE}nhat-ky/tai-ve/exe/").status_code == 404

    def test_it_goes_on_page_by_page(
        self, desk: Desk, ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tenants.organisation.pages.log.PAGE", 2)
        browser = desk("administrator")
        for number in range(5):
            browser.post(f"{HERE}phong/", {"name": f"Phòng {number}"})
        first = text_of(browser.get(f"{HERE}nhat-ky/?loai=can-bo"))
        assert "Phòng 4" in first and "Phòng 2" not in first
        older = first.partition('href="?loai=can-bo&truoc=')[2].partition('"')[0]
        second = text_of(browser.get(f"{HERE}nhat-ky/?loai=can-bo&truoc={older}"))
        assert "Phòng 2" in second and "Phòng 3" not in second

    @pytest.mark.parametrize("query", ["truoc=9" * 30, "nguoi=x", "loai=%00", "truoc=²"])
    def test_odd_questions_are_answered(self, desk: Desk, query: str) -> None:
        assert desk("administrator").get(f"{HERE}nhat-ky/?{query}").status_code == 200


# What people (and others) type: any text, and what the forms know.
_TEXT = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["", "leader", "administrator", "22/11/2026", "2026-13-45", "0912345678"]),
)
NAMES = (
    *("name", "title", "department", "roles", "may_sign", "scope", "contact", "left_on", "to"),
    *("giver", "receiver", "capacity", "ground", "starts_on", "ends_on"),
)
_DATA = st.dictionaries(
    st.sampled_from(NAMES),
    st.lists(_TEXT, max_size=3),
)


@given(data=_DATA)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_form_stumbles_over_what_is_typed(
    in_ba_dinh: CommuneInfo, data: dict[str, list[str]], made: Callable[[], Official]
) -> None:
    from django.http import QueryDict

    sent = QueryDict(mutable=True)
    for name, values in data.items():
        sent.setlist(name, values)
    one = made()
    fields = [Field("ho-tich", "Hộ tịch", (("1.001193", "Khai sinh"),))]
    forms = [
        OfficialForm(sent, fields=fields),
        InvitationForm(sent),
        DepartmentForm(sent),
        LeavingForm(sent, official=one),
        DelegationForm(sent, by=one),
    ]
    for form in forms:
        if form.is_valid() and isinstance(form, OfficialForm | InvitationForm):
            post = form.post()
            assert post.name.strip() and set(post.roles) <= set(Role.values)
            assert len(" ".join(post.scope)) <= 180


@pytest.fixture
def made(in_ba_dinh: CommuneInfo) -> Callable[[], Official]:
    """One official, however often asked for."""
    one = make_official("administrator")
    return lambda: one


def test_the_fields_of_work_are_those_of_the_catalogue(in_ba_dinh: CommuneInfo) -> None:
    fields = {field.key: field for field in get_work().fields()}
    assert fields["ho-tich"].name == "Hộ tịch"
    assert "1.001193" in {code for code, _name in fields["ho-tich"].procedures}


def test_a_closed_desk_opens_none_of_them(
    ba_dinh: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]
) -> None:
    with in_commune(BA_DINH):
        account_id = make_official("administrator").account_id
    from tenants.accounts.models import Account

    browser = commune_client(ba_dinh)
    browser.force_login(Account.objects.get(pk=account_id))
    for page in [*ADMINISTRATORS, "uy-quyen/", "nhat-ky/"]:
        assert browser.get(HERE + page)["Location"].startswith("/desk/mo-ban/"), page

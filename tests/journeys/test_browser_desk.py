"""A day at the desk in real browsers, role by role: what each does most, from page to page."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from services.cases.extension import propose_extension, usual_new_day
from services.cases.intake import definition_of, request_supplement
from services.cases.models import Case
from services.cases.referrals import refer_case
from services.cases.states import CaseStatus
from services.catalogue.registry import current_procedure
from services.reception.arranging import arrange_usually
from tenants.accounts.models import Account
from tenants.communes.current import in_commune
from tenants.organisation.models import Department, Official
from tests.database import TestServer
from tests.factories import bring_case, make_account, make_case, make_official, the_official
from tests.journeys.answers import filing
from tests.journeys.desk_stage import DeskStage, Somebody, desk_stage
from tests.journeys.in_chromium import PHONE
from tests.journeys.people import MAI
from tests.services.payments.conftest import open_cash_desk

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("BROWSER") == "off", reason="BROWSER=off"),
]

CORRECTION, BOOK_COPY, DEATH = "1.004859", "2.000908", "1.000656"
ECONOMY = "Phòng Kinh tế, Hạ tầng"
CARD = f"{MAI.national_id}||{MAI.name}|03091971|Nữ|7 phố Đốc Ngữ, Ba Đình, Hà Nội|01072021"
ROLES = ("reception", "specialist", "head", "leader", "clerk")


@pytest.fixture(scope="module")
def stage(
    django_db_setup: TestServer,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[DeskStage]:
    """The product with a hall and a cash desk; the head belongs to another department."""
    folder = tmp_path_factory.mktemp("desk")
    with django_db_blocker.unblock(), desk_stage(django_db_setup, folder) as stage:
        with in_commune(stage.here.code):
            for role in ROLES:
                the_official(role)
            arrange_usually(official=the_official("head"))
            open_cash_desk()
            economy = Department.objects.create(name=ECONOMY)
            Official.objects.filter(pk=the_official("head").pk).update(department=economy)
        yield stage


@pytest.fixture(autouse=True)
def closed_windows(stage: DeskStage) -> Iterator[None]:
    """Nobody's browser stays open for the next journey."""
    yield
    stage.leave()


def page_of(case: Case, part: str = "") -> str:
    """The address of a case at the desk, or of one of its moves."""
    return f"/desk/ho-so/{case.code}/{part}"


def short(case: Case) -> str:
    """The code as the list shows it."""
    return case.code.partition("-")[2]


def choose(somebody: Somebody, move: str) -> None:
    """Follow one of the seldom moves, which stand in the menu of the bar."""
    somebody.page.locator(".bar-more summary").click()
    somebody.act(move)


def test_reception_serves_a_walk_in_from_number_to_closed_day(stage: DeskStage) -> None:
    hoa, one = stage.official("reception"), filing(DEATH, commune=stage.here.code)
    hoa.open("/desk/quay/hang-doi/")
    hoa.press("Phát số")
    hoa.open("/desk/quay/")
    for button in ("Ngồi quầy này 1", "Gọi số tiếp theo", "Bắt đầu phục vụ"):
        hoa.press(button)
    hoa.page.select_option("#procedure", DEATH)
    hoa.press("Nhập hồ sơ cho người này")

    # The field waits for the reader, which types like a keyboard and ends with Enter.
    hoa.page.keyboard.type(CARD)
    hoa.go_by("Enter")
    hoa.sees("Đã điền từ thẻ")
    assert hoa.page.input_value("[name=requester_national_id]") == MAI.national_id
    definition = current_procedure(DEATH)
    while not hoa.page.url.endswith("/giay-to/"):
        page = definition.page(hoa.page.url.rstrip("/").rsplit("/", 1)[-1])
        assert page is not None, hoa.page.url
        hoa.fill({leaf.key: leaf for leaf in page.leaves}, one.answers)
        hoa.press("Lưu và tiếp tục")
    hoa.page.fill("[name=original-death_notice]", "1")
    hoa.page.fill("[name=copy-death_notice]", "2")
    hoa.page.fill("[name=sets]", "1")
    hoa.press("Lưu và xem lại")
    hoa.sees("1 bản chính", "2 bản chụp")
    hoa.page.check("#declared")
    hoa.press("Nộp và tiếp nhận, in giấy hẹn")
    case = stage.make(lambda: Case.objects.filter(applicant_name=MAI.name).latest("filed_at"))
    hoa.sees(case.code)
    hoa.open(page_of(case, "van-ban/"))
    hoa.sees("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")

    hoa.open(page_of(case, "phi/"))
    hoa.sees("Còn phải nộp 24.000 đ")
    hoa.page.fill("[name=given]", "50.000")
    hoa.press("Đã nhận tiền, lập biên lai")
    hoa.sees("Trả lại khách 26.000 đ", "Biên lai thu phí, lệ phí")

    stage.make(lambda: bring_case(stage.now(case), "result_ready", one.entries))
    stage.wait_for_papers(case)
    hoa.open(page_of(case))
    hoa.act("Trả kết quả")
    hoa.sign()
    hoa.act("Trả kết quả")
    hoa.open(page_of(case))
    hoa.sees("Xem chữ ký trên màn hình", MAI.name)
    assert stage.now(case).state == CaseStatus.RETURNED

    hoa.open("/desk/thu-phi/")
    hoa.sees("Tiền mặt theo sổ: 24.000 đ")
    hoa.page.fill("[name=counted]", "24.000")
    hoa.press("Chốt ngày thu")
    hoa.sees("Đã chốt", "Xem báo cáo")


def test_the_specialist_works_by_keys_and_asks_for_what_is_missing(stage: DeskStage) -> None:
    huong = make_account("Đỗ Thu Hương")
    made = [stage.make(lambda: make_case(CORRECTION, "received", account=huong)) for _ in range(2)]
    bao = stage.official("specialist")
    bao.open("/desk/")
    bao.keys("j", "x", "j", "x")
    assert "Đã chọn: 2" in bao.page.locator("[data-ticked]").inner_text()
    bao.keys("Escape", "/")
    bao.page.keyboard.type(made[0].code)
    bao.go_by("Enter")
    if not bao.page.url.endswith(page_of(made[0])):
        bao.go_by("j", "Enter")
    bao.act("Nhận xử lý")

    bao.open(page_of(made[0]))
    bao.act("Yêu cầu bổ sung")
    bao.page.fill("[name=items]", "Bản sao Giấy chứng sinh ghi năm 1987")
    bao.act("Xem văn bản trước khi gửi")
    bao.read_paper("Bản sao Giấy chứng sinh ghi năm 1987")
    bao.act("Gửi phiếu yêu cầu này")

    citizen = stage.citizen(huong, size=PHONE)
    citizen.open(f"/ho-so/{made[0].code}/")
    citizen.follow("bổ sung")
    citizen.sees("Bản sao Giấy chứng sinh ghi năm 1987")
    citizen.page.fill("[name=message]", "Bệnh viện ghi năm 1987, số 52.")
    citizen.press("Gửi bổ sung")

    bao.open(page_of(made[0]))
    bao.sees("Bệnh viện ghi năm 1987, số 52.")
    choose(bao, "Đề nghị phối hợp")
    bao.page.select_option("[name=to]", label=ECONOMY)
    bao.page.fill("[name=question]", "Sổ gốc năm 1987 còn lưu không?")
    bao.act("Đề nghị phối hợp")
    bao.open(page_of(made[0]))
    bao.sees("Sổ gốc năm 1987 còn lưu không?", "chờ trả lời")
    choose(bao, "Đề nghị gia hạn")
    bao.page.fill("[name=reason]", "Đang chờ đối chiếu sổ gốc.")
    bao.act("Đề nghị gia hạn")
    bao.sees("Đã trình lãnh đạo đề nghị gia hạn")


def test_the_head_answers_a_question_and_shares_the_work_out(stage: DeskStage) -> None:
    cases = [stage.make(lambda: make_case(CORRECTION, "received")) for _ in range(3)]
    stage.make(
        lambda: refer_case(
            case=cases[0],
            official=the_official("specialist"),
            question="Thửa đất có trong quy hoạch không?",
            days=2,
            department=Department.objects.get(name=ECONOMY),
        )
    )
    duyen = stage.official("head")
    duyen.open("/desk/")
    duyen.page.get_by_role("link", name=cases[0].code[-4:]).first.click()
    duyen.look()
    duyen.follow("Ghi trả lời")
    duyen.page.fill("[name=reason]", "Không nằm trong quy hoạch.")
    duyen.act("Ghi trả lời")
    assert stage.now(cases[0]).open_referrals == 0

    thu_tra = stage.make(lambda: make_official("specialist", name="Lý Thu Trà"))
    duyen.open("/desk/?xem=dang-giai-quyet")
    for case in cases[1:]:
        duyen.page.locator(f'input[name=chon][value^="{case.code}"]').check()
    duyen.act("Giao hồ sơ")
    duyen.sees("Giao: 2 hồ sơ")
    duyen.page.select_option("[name=cho]", str(thu_tra.pk))
    duyen.act("Giao 2 hồ sơ")
    duyen.sees("xong 2 hồ sơ", cases[1].code, cases[2].code)
    assert {stage.now(case).handler_name for case in cases[1:]} == {"Lý Thu Trà"}


def overdue(account: Account) -> Case:
    """A case whose applicant was asked for something and let the day pass."""
    case = make_case(CORRECTION, "in_process", account=account)
    official = the_official(case.step_role)
    case = request_supplement(case=case, official=official, items=["Đơn"], reason="")
    yesterday = dt.date.today() - dt.timedelta(days=1)
    Case.objects.filter(pk=case.pk).update(supplement_by=yesterday)
    return case


def longer(account: Account) -> Case:
    """A case for which more time was asked."""
    case = make_case(CORRECTION, "in_process", account=account)
    return propose_extension(
        case=case,
        official=the_official(case.step_role),
        reason="Đang chờ đối chiếu sổ gốc.",
        new_day=usual_new_day(case, definition_of(case)),
    )


def test_the_leader_signs_what_waits_for_their_word(stage: DeskStage) -> None:
    huong = make_account("Đỗ Thu Hương")
    extended, stopped = stage.make(lambda: longer(huong)), stage.make(lambda: overdue(huong))
    withdrawn = stage.make(lambda: make_case(CORRECTION, "in_process", account=huong))
    decided = stage.make(lambda: make_case(BOOK_COPY, "awaiting_decision", account=huong))
    citizen = stage.citizen(huong, size=PHONE)
    citizen.open(f"/ho-so/{withdrawn.code}/rut/")
    citizen.page.fill("[name=reason]", "Tôi không cần nữa.")
    citizen.press("Gửi đề nghị rút hồ sơ")

    thang = stage.official("leader")
    thang.open("/desk/")
    thang.sees(*(short(case) for case in (extended, stopped, withdrawn, decided)))
    thang.open(page_of(extended))
    thang.act("Xem và ký gia hạn")
    _read_and_sign(thang, "xin lỗi")
    thang.open(page_of(withdrawn))
    thang.sees("Tôi không cần nữa.")
    thang.act("Đồng ý cho rút")
    _read_and_sign(thang, "rút")
    thang.open(page_of(stopped))
    thang.sees("Quá hạn bổ sung.")
    thang.act("Dừng giải quyết")
    thang.page.fill("[name=ground]", "Nghị định 118/2025/NĐ-CP")
    thang.page.fill("[name=reason]", "Quá hạn mà không bổ sung.")
    _read_and_sign(thang, "Quá hạn mà không bổ sung")
    thang.open(page_of(decided))
    thang.act("Xem và ký duyệt")
    thang.act("Ký duyệt, cấp số")

    assert stage.now(extended).extended_at is not None
    assert stage.now(withdrawn).state == stage.now(stopped).state == CaseStatus.STOPPED
    assert stage.now(decided).decided_at is not None
    thang.open(page_of(decided))
    thang.follow("Phiếu kiểm soát quá trình")
    thang.sees("Nguyễn Thị Hoa", "Trần Quốc Bảo")
    thang.follow("Sổ theo dõi")
    thang.sees(decided.code, stopped.code)


def _read_and_sign(leader: Somebody, words: str) -> None:
    """Have the paper drawn, read it, and sign it."""
    leader.act("Xem văn bản trước khi gửi")
    leader.read_paper(words)
    leader.act("Ký, gửi văn bản này")


def test_the_clerk_releases_posts_and_prints(stage: DeskStage) -> None:
    case = stage.make(lambda: make_case(BOOK_COPY, "approved"))
    others = [stage.make(lambda: make_case(BOOK_COPY, "received")) for _ in range(2)]
    oanh = stage.official("clerk")
    oanh.open(page_of(case))
    oanh.act("Đóng dấu, phát hành kết quả")
    stage.wait_for_papers(case)
    oanh.open(page_of(case))
    oanh.act("Gửi qua bưu chính")
    oanh.page.fill("[name=post_code]", "EB123456789VN")
    oanh.act("Gửi qua bưu chính")
    oanh.open(page_of(case))
    oanh.sees("EB123456789VN")

    for one in others:
        stage.wait_for_papers(one)
    oanh.open("/desk/?xem=tat-ca")
    for one in others:
        oanh.page.locator(f'input[name=chon][value^="{one.code}"]').check()
    oanh.act("In phiếu")
    assert oanh.opens_pdf("Mở 2 phiếu trong một tệp để in")

    oanh.open("/desk/so-theo-doi/")
    oanh.press("In sổ, khổ A4 ngang")
    oanh.read_until("Tải cả sổ của khoảng ngày này")
    with oanh.page.expect_download() as book:
        oanh.page.get_by_role("link", name="Tải cả sổ").click()
    assert book.value.path().read_bytes().startswith(b"%PDF")


def test_the_second_of_two_officials_is_told_who_did_what(stage: DeskStage) -> None:
    case = stage.make(lambda: make_case(CORRECTION, "received"))
    stage.make(lambda: make_official("specialist", name="Tạ Minh Đức"))
    first, second = stage.official("specialist"), stage.official("specialist", name="Tạ Minh Đức")
    for one in (first, second):
        one.open(page_of(case))
    first.act("Nhận xử lý")
    second.act("Nhận xử lý")
    second.sees("đã thay đổi từ lúc anh/chị mở trang", "Trần Quốc Bảo")
    assert stage.now(case).handler_name == "Trần Quốc Bảo"


def test_the_main_moves_need_no_script(stage: DeskStage) -> None:
    case = stage.make(lambda: make_case(BOOK_COPY))
    one = filing(BOOK_COPY, commune=stage.here.code)
    hoa = stage.official("reception", scripts=False)
    hoa.open(page_of(case))
    hoa.act("Tiếp nhận, in giấy hẹn")
    bao = stage.official("specialist", scripts=False)
    bao.open(page_of(case, "tham-dinh/"))
    bao.fill(current_procedure(BOOK_COPY).entry_fields, one.entries)
    bao.page.fill("[name=note]", "Đúng với sổ gốc.")
    bao.act("Xong, chuyển bước sau")
    thang = stage.official("leader", scripts=False)
    thang.open(page_of(case, "ky-duyet/"))
    thang.act("Ký duyệt, cấp số")
    stage.make(lambda: bring_case(stage.now(case), "result_ready"))
    stage.wait_for_papers(case)
    hoa.open(page_of(case))
    hoa.act("Trả kết quả")
    hoa.sees("người nhận ký vào sổ giấy")
    hoa.act("Trả kết quả")
    assert stage.now(case).state == CaseStatus.RETURNED


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 800}], ids=["360", "1280"])
def test_the_desks_pages_are_accessible_and_fit(stage: DeskStage, size: dict[str, int]) -> None:
    case = stage.make(lambda: make_case(DEATH, "received"))
    hoa = stage.official("reception", size=size)
    paths = (
        *("/desk/", page_of(case), page_of(case, "phi/"), "/desk/thu-phi/", "/desk/tai-quay/"),
        *("/desk/quay/", "/desk/quay/hang-doi/", "/desk/quay/lich-hen/", "/desk/so-theo-doi/"),
        page_of(case, "kiem-soat/"),
    )
    for path in paths:
        hoa.open(path)
        hoa.look_closely()

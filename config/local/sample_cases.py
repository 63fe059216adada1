"""Cases for the demo's desks, made by the product's own calls, at different stages of the work."""

from __future__ import annotations

import datetime
from typing import Any

from config.local.people import Person
from services.cases.decision import approve_case
from services.cases.delivery import release_result
from services.cases.drafts import save_page, start_draft
from services.cases.extension import propose_extension, usual_new_day
from services.cases.filing import file_case
from services.cases.intake import accept_case, definition_of, request_supplement
from services.cases.models import Case
from services.cases.obligations import require_payment
from services.cases.processing import complete_step, take_case
from services.cases.referrals import refer_case
from services.cases.states import Outcome
from services.cases.stopping import propose_stop
from services.cases.withdrawal import ask_withdrawal
from services.catalogue.registry import current_procedure
from services.catalogue.words import partial_date_in_words
from tenants.accounts.models import Account
from tenants.communes.current import current_commune
from tenants.organisation.models import Official

DEATH_REGISTRATION, BOOK_COPY = "1.000656", "2.000908"
STAGES = (
    "registered",
    "examined",
    "accepted",
    "supplement",
    "released",
    "taken",
    "registered",
    "approved",
    "owing",
    "withdrawing",
    "extension",
    "consulted",
    "stopping",
)
TAKEN = ("taken", "owing", "withdrawing", "extension", "consulted", "stopping")
DONE = ("approved", "released")
DECEASED = ("Nguyễn Văn An", "Phạm Thị Bích Hằng", "Đặng Hữu Phước", "Lê Đình Quảng")


def make_cases(
    *, number: int, applicants: list[tuple[Person, Account]], officials: dict[str, Official]
) -> list[Case]:
    """File cases in the current commune and bring each to the next stage in turn.

    `officials` are by role. A commune that has cases is left as it is.
    """
    if Case.objects.exists():
        return []
    cases = []
    for i in range(number):
        person, account = applicants[i % len(applicants)]
        code = (DEATH_REGISTRATION, BOOK_COPY)[i % 2]
        case = _file(code, _answers(code, person, i), account)
        cases.append(_bring_to(STAGES[i % len(STAGES)], case, officials, account))
    return cases


def _file(code: str, answers: dict[str, Any], account: Account) -> Case:
    definition = current_procedure(code)
    draft = start_draft(definition=definition, account=account)
    for section in definition.sections:
        for page in section.pages:
            draft = save_page(draft=draft, page_key=page.key, answers={})
    draft = save_page(draft=draft, page_key=definition.sections[0].pages[0].key, answers=answers)
    return file_case(draft=draft, declared=True, account=account)


def _bring_to(stage: str, case: Case, officials: dict[str, Official], account: Account) -> Case:
    if stage == "supplement":
        return request_supplement(
            case=case,
            official=officials["reception"],
            items=["Ảnh chụp rõ cả hai mặt của giấy tờ đã nêu trong tờ khai"],
            reason="Thông tin về giấy tờ chưa đủ để tra cứu.",
        )
    if stage == "registered":
        return case
    case = accept_case(case=case, official=officials["reception"])
    if stage in TAKEN:
        case = take_case(case=case, official=officials["specialist"])
        return _wait_for(stage, case, officials, account)
    if stage in ("examined", *DONE):
        case = complete_step(
            case=case,
            official=officials["specialist"],
            outcome=Outcome.APPROVED,
            findings=_findings(case),
        )
    if stage in DONE:
        case = approve_case(case=case, official=officials["leader"])
    if stage == "released":
        case = release_result(case=case, official=officials["clerk"])
    return case


def _wait_for(stage: str, case: Case, officials: dict[str, Official], account: Account) -> Case:
    """Leave a case that somebody has in hand at one of the waits of the desk."""
    specialist = officials["specialist"]
    if stage == "owing":
        return require_payment(
            case=case, official=specialist, amount=50_000, reason="Phí tra cứu hồ sơ lưu trữ"
        )
    if stage == "withdrawing":
        return ask_withdrawal(
            case=case,
            account=account,
            reason="Gia đình đã có bản sao, không cần nữa",
        )
    if stage == "extension":
        return propose_extension(
            case=case,
            official=specialist,
            reason="Sổ gốc lưu ở kho của xã cũ, phải tra cứu thêm",
            new_day=usual_new_day(case, definition_of(case)),
        )
    if stage == "consulted":
        return refer_case(
            case=case,
            official=specialist,
            question="Gia đình này có trong sổ công nhận gia đình văn hóa năm 2012 không?",
            days=1,
            department=officials["head"].department,
        )
    if stage == "stopping":
        return propose_stop(
            case=case,
            official=specialist,
            ground="Điểm c khoản 2 Điều 19 Nghị định số 118/2025/NĐ-CP",
            reason="Người nộp cho biết đã được giải quyết ở nơi khác",
        )
    return case


def _findings(case: Case) -> dict[str, Any]:
    if case.procedure_code == DEATH_REGISTRATION:
        return {
            "printed_ethnicity": "Kinh",
            "printed_nationality": "Việt Nam",
            "printed_death_words": partial_date_in_words(case.answers["death_date"]),
            "printed_last_residence": f"Tổ dân phố số 3, {current_commune().full_name}",
        }
    return {
        "book_name": "Sổ cấp giấy chứng nhận gia đình văn hóa",
        "entry_number": "118",
        "book_holder_name": case.applicant_name,
        "book_content": f"Công nhận gia đình {case.applicant_name} là gia đình văn hóa năm 2012.",
    }


def _answers(code: str, person: Person, number: int) -> dict[str, Any]:
    requester = {
        "requester_name": person.full_name,
        "requester_birth_date": person.birth_date.isoformat(),
        "requester_national_id": person.national_id,
        "requester_phone": person.phone,
        "requester_email": person.email,
    }
    return requester | (_death(number) if code == DEATH_REGISTRATION else _book_copy())


def _national_id(number: int) -> str:
    """A plausible number: Hà Nội, twentieth century, the person's sex, 1941."""
    woman = "Thị" in DECEASED[number // 2 % len(DECEASED)]
    return f"001{1 if woman else 0}41{number + 52:06d}"


def _death(number: int) -> dict[str, Any]:
    day = datetime.date.today() - datetime.timedelta(days=3)
    return {
        "requester_relation": "Con",
        "deceased_name": DECEASED[number // 2 % len(DECEASED)],
        "deceased_birth_date": "1941-05-19",
        "deceased_gender": "Nữ" if "Thị" in DECEASED[number // 2 % len(DECEASED)] else "Nam",
        "deceased_national_id": _national_id(number),
        "death_date": day.isoformat(),
        "death_time": "04:30",
        "death_place": "Nhà riêng",
        "death_commune": current_commune().code,
        "death_cause": "Tuổi cao, bệnh già",
        "notice_kind": "Giấy báo tử",
        "notice_number": "17/GBT",
        "notice_issuer": f"Ủy ban nhân dân {current_commune().name}",
        "notice_date": day.isoformat(),
        "wants_copies": False,
    }


def _book_copy() -> dict[str, Any]:
    return {
        "requester_relation": "self",
        "book_kind": "commendation",
        "original_title": "Giấy chứng nhận gia đình văn hóa năm 2012",
        "original_date": "2012",
        "copy_count": 2,
    }

"""A day of a busy commune: four hundred cases, twelve officials, from seven to five.

Everything goes by the product's own calls, in the order of a clock that is moved along. What a
case is to go through is decided beforehand; who does it is whoever of the role is next. What is
not done at five stays open.
"""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle

from time_machine import travel

from services.cases.decision import approve_case, reject_case
from services.cases.delivery import collect_online, hand_over, release_result, send_by_post
from services.cases.extension import extend_case, propose_extension, usual_new_day
from services.cases.filing import file_case
from services.cases.intake import (
    accept_case,
    answer_supplement,
    definition_of,
    refuse_case,
    request_supplement,
)
from services.cases.models import Case
from services.cases.obligations import require_payment
from services.cases.processing import complete_step, send_back, take_case
from services.cases.referrals import answer_referral, refer_case, referrals_of
from services.cases.states import CaseStatus, Channel, Outcome, StepKind
from services.cases.stopping import propose_stop, stop_case
from services.cases.withdrawal import (
    agree_withdrawal,
    ask_withdrawal,
    decline_withdrawal,
    withdraw_case,
)
from services.catalogue.registry import current_procedure
from services.payments.booking import take_cash
from services.payments.charges import unpaid_of
from tenants.accounts.models import Account
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import current_commune
from tenants.jobs.runner import run_pending_jobs
from tenants.organisation.models import Department, Official
from tests.factories import make_account, make_draft, make_official
from tests.journeys.answers import FILINGS, filing
from tests.journeys.people import Filing

MONDAY = dt.date(2026, 11, 23)
OPENING, CLOSING = dt.time(7, 0), dt.time(17, 0)
QUEUES = ("default", "notices")
# Role → how many; twelve in all.
STAFF = {"reception": 4, "specialist": 4, "head": 1, "leader": 2, "clerk": 1}
# What becomes of how many of a hundred cases; the rest goes the usual way.
TURNS = {
    "supplement_online": 5,
    "supplement_counter": 3,
    "supplement_unanswered": 2,
    "refused": 3,
    "rejected": 3,
    "withdrawn_early": 2,
    "withdrawal_agreed": 2,
    "withdrawal_declined": 1,
    "must_pay": 3,
    "consulted": 2,
    "extended": 2,
    "stopped": 2,
    "sent_back": 2,
    "by_post": 3,
}
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ")
MIDDLE = ("Văn", "Thị", "Đức", "Ngọc", "Hữu", "Minh", "Quốc", "Thanh", "Xuân", "Thùy")
GIVEN = ("An", "Bình", "Cường", "Dung", "Hạnh", "Khánh", "Lan", "Mỹ", "Phượng", "Trang", "Yến")

Act = Callable[[], object]


@dataclass
class Story:
    """One case of the day: what it is to go through, and what came of it."""

    number: int
    procedure: str
    turn: str
    online: bool
    applicant: str
    account: Account | None
    case: Case | None = None
    said: dict[str, str] = field(default_factory=dict)

    @property
    def the_case(self) -> Case:
        """The case as it stands now; it must have been filed."""
        assert self.case is not None
        return Case.objects.get(pk=self.case.pk)


class BusyDay:
    """Plays a day of so many cases; ``stories`` tell what was done."""

    def __init__(self, cases: int = 400, *, seed: int = 23) -> None:
        self.random = random.Random(seed)
        self.department = Department.objects.create(name="Phòng Văn hóa - Xã hội")
        self.staff = {
            role: cycle([self._official(role, i) for i in range(many)])
            for role, many in STAFF.items()
        }
        self.officials = Official.objects.filter(active=True)
        self.stories = self._plan(cases)
        self.agenda: list[tuple[dt.datetime, int, Iterator[Act]]] = []

    def play(self) -> None:
        """From opening to closing; jobs run every few minutes."""
        for story in self.stories:
            minutes = self.random.randrange(0, 420)
            begin = self._working(dt.datetime.combine(MONDAY, OPENING, VIETNAM), minutes)
            heapq.heappush(self.agenda, (begin, story.number, self._way(story)))
        closing = dt.datetime.combine(MONDAY, CLOSING, VIETNAM)
        jobs_at = dt.datetime.combine(MONDAY, OPENING, VIETNAM)
        while self.agenda:
            at, number, way = heapq.heappop(self.agenda)
            if at >= closing:
                continue
            with travel(at, tick=False):
                if at >= jobs_at:
                    run_pending_jobs(QUEUES)
                    jobs_at = at + dt.timedelta(minutes=10)
                act = next(way, None)
                if act is None:
                    continue
                act()
            later = self._working(at, self.random.randrange(3, 25))
            heapq.heappush(self.agenda, (later, number, way))
        with travel(closing, tick=False):
            run_pending_jobs(QUEUES)

    # ── Who and what ─────────────────────────────────────────────────────
    def _official(self, role: str, number: int) -> Official:
        name = f"{FAMILY[number]} {MIDDLE[len(role) % 10]} {role.capitalize()} {GIVEN[number]}"
        department = self.department if role == "head" else None
        return make_official(role, name=name, department=department)

    def _plan(self, cases: int) -> list[Story]:
        turns = [turn for turn, share in TURNS.items() for _ in range(share * cases // 100)]
        turns += ["usual"] * (cases - len(turns))
        self.random.shuffle(turns)
        codes = sorted(FILINGS)
        accounts = [make_account(self._name()) for _ in range(12)]
        stories = []
        for number, turn in enumerate(turns):
            online = turn in ("supplement_online", "withdrawn_early") or number % 5 < 2
            account = accounts[number % len(accounts)] if online else None
            code = codes[number % len(codes)]
            stories.append(Story(number, code, turn, online, self._name(), account))
        return stories

    def _name(self) -> str:
        choose = self.random.choice
        return f"{choose(FAMILY)} {choose(MIDDLE)} {choose(GIVEN)}"

    def of(self, role: str) -> Official:
        """The next official of a role."""
        return next(self.staff[role])

    def _working(self, at: dt.datetime, minutes: int) -> dt.datetime:
        """So many minutes later; nobody works from half past eleven to half past one."""
        later = at + dt.timedelta(minutes=minutes)
        noon = at.replace(hour=11, minute=30, second=0)
        return later + dt.timedelta(hours=2) if at < noon <= later else later

    # ── The way of one case, an act at a time ────────────────────────────
    def _way(self, story: Story) -> Iterator[Act]:
        yield lambda: self._file(story)
        if story.turn == "withdrawn_early":
            yield lambda: withdraw_case(
                case=story.the_case, account=story.account, reason=self._say(story, "Nộp nhầm nơi")
            )
            return
        if story.turn == "refused":
            yield lambda: refuse_case(
                case=story.the_case,
                official=self.of("reception"),
                reason=self._say(story, "Không thuộc thẩm quyền của phường"),
            )
            return
        yield lambda: accept_case(case=story.the_case, official=self.of("reception"))
        yield lambda: self._take(story)
        yield from getattr(self, f"_{story.turn}", self._usual)(story)

    def _usual(self, story: Story) -> Iterator[Act]:
        yield from self._to_decision(story, Outcome.APPROVED)
        yield lambda: approve_case(case=story.the_case, official=self.of("leader"))
        yield from self._deliver(story)

    def _rejected(self, story: Story) -> Iterator[Act]:
        yield from self._to_decision(story, Outcome.REJECTED)
        yield lambda: reject_case(
            case=story.the_case,
            official=self.of("leader"),
            reason=self._say(story, "Giấy tờ gốc không còn giá trị"),
        )
        yield from self._deliver(story)

    def _sent_back(self, story: Story) -> Iterator[Act]:
        yield from self._to_decision(story, Outcome.APPROVED)
        yield lambda: send_back(
            case=story.the_case, official=self.of("leader"), reason="Ghi rõ nơi đăng ký trước đây"
        )
        yield from self._usual(story)

    def _supplement_online(self, story: Story) -> Iterator[Act]:
        yield lambda: self._ask(story)
        yield lambda: answer_supplement(
            case=story.the_case, account=story.account, message="Đã gửi giấy tờ xã yêu cầu"
        )
        yield lambda: self._take(story)
        yield from self._usual(story)

    def _supplement_counter(self, story: Story) -> Iterator[Act]:
        yield lambda: self._ask(story)
        yield lambda: answer_supplement(
            case=story.the_case, official=self.of("reception"), message="Đã mang bản chính đến"
        )
        yield lambda: self._take(story)
        yield from self._usual(story)

    def _supplement_unanswered(self, story: Story) -> Iterator[Act]:
        yield lambda: self._ask(story)

    def _withdrawal_agreed(self, story: Story) -> Iterator[Act]:
        yield lambda: self._ask_withdrawal(story)
        yield lambda: agree_withdrawal(case=story.the_case, official=self.of("leader"))

    def _withdrawal_declined(self, story: Story) -> Iterator[Act]:
        yield lambda: self._ask_withdrawal(story)
        yield lambda: decline_withdrawal(
            case=story.the_case, official=self.of("leader"), reason="Kết quả sắp có, chỉ còn ký"
        )
        yield from self._usual(story)

    def _must_pay(self, story: Story) -> Iterator[Act]:
        yield lambda: require_payment(
            case=story.the_case,
            official=self.of("specialist"),
            amount=50_000,
            reason="Phí thẩm định thực địa",
        )
        yield lambda: self._pay(story)
        yield lambda: run_pending_jobs(QUEUES)
        yield from self._usual(story)

    def _consulted(self, story: Story) -> Iterator[Act]:
        yield lambda: refer_case(
            case=story.the_case,
            official=self.of("specialist"),
            question="Có thông tin hộ nghèo của gia đình này không?",
            days=1,
            department=self.department,
        )
        yield lambda: answer_referral(
            case=story.the_case,
            referral_id=referrals_of(story.the_case)[0].pk,
            official=self.of("head"),
            answer="Không có trong danh sách năm nay",
        )
        yield from self._usual(story)

    def _extended(self, story: Story) -> Iterator[Act]:
        yield lambda: propose_extension(
            case=story.the_case,
            official=self.of("specialist"),
            reason=self._say(story, "Sổ gốc lưu ở nơi khác, phải tra cứu thêm"),
            new_day=usual_new_day(story.the_case, definition_of(story.the_case)),
        )
        yield lambda: extend_case(case=story.the_case, official=self.of("leader"))
        yield from self._usual(story)

    def _stopped(self, story: Story) -> Iterator[Act]:
        words = {
            "ground": "Khoản 2 Điều 7 Nghị định 118/2025/NĐ-CP",
            "reason": self._say(story, "Người nộp không cung cấp được giấy tờ gốc"),
        }
        yield lambda: propose_stop(case=story.the_case, official=self.of("specialist"), **words)
        yield lambda: stop_case(case=story.the_case, official=self.of("leader"), **words)

    def _by_post(self, story: Story) -> Iterator[Act]:
        yield from self._to_decision(story, Outcome.APPROVED)
        yield lambda: approve_case(case=story.the_case, official=self.of("leader"))
        yield from self._release(story)
        yield lambda: send_by_post(
            case=story.the_case,
            official=self.of("clerk"),
            post_code=f"EB{story.number:09d}VN",
        )

    # ── Single acts ──────────────────────────────────────────────────────
    def _file(self, story: Story) -> None:
        usual = filing(story.procedure, commune=current_commune().code, today=MONDAY)
        key = current_procedure(story.procedure).applicant.name
        one = Filing(
            usual.code, {**usual.answers, key: story.applicant}, usual.papers, usual.entries
        )
        official = None if story.account else self.of("reception")
        story.case = file_case(
            draft=make_draft(one, account=story.account, official=official),
            declared=True,
            account=story.account,
            official=official,
            channel=Channel.ONLINE if story.online else Channel.COUNTER,
            assurance_level=4,
        )

    def _take(self, story: Story) -> None:
        case = story.the_case
        take_case(case=case, official=self.of(case.step_role))

    def _ask(self, story: Story) -> None:
        request_supplement(
            case=story.the_case,
            official=self.of("specialist"),
            items=[self._say(story, f"Bản chính giấy tờ số {story.number}")],
            reason="Bản chụp không đọc được",
        )

    def _ask_withdrawal(self, story: Story) -> None:
        given: dict[str, object] = (
            {"account": story.account} if story.account else {"official": self.of("reception")}
        )
        ask_withdrawal(
            case=story.the_case,
            reason=self._say(story, "Gia đình đổi ý"),
            **given,  # type: ignore[arg-type]
        )

    def _pay(self, story: Story) -> None:
        case = story.the_case
        due = unpaid_of(case.pk)
        take_cash(
            case_id=case.pk,
            case_code=case.code,
            due=due,
            given=due,
            official=self.of("reception"),
        )

    def _to_decision(self, story: Story, outcome: str) -> Iterator[Act]:
        while self._kind(story) == StepKind.WORK:
            yield lambda: self._complete(story, outcome)

    def _complete(self, story: Story, outcome: str) -> None:
        case = story.the_case
        entries = dict(filing(story.procedure, commune=current_commune().code).entries)
        complete_step(
            case=case,
            official=self.of(case.step_role),
            outcome=outcome,
            note="" if outcome == Outcome.APPROVED else "Giấy tờ gốc không còn giá trị",
            findings=entries,
        )

    def _kind(self, story: Story) -> str:
        case = story.the_case
        return case.steps.get(position=case.step_position).kind

    def _release(self, story: Story) -> Iterator[Act]:
        while story.the_case.state == CaseStatus.IN_PROCESS:
            yield lambda: release_result(
                case=story.the_case, official=self.of(story.the_case.step_role)
            )
        yield lambda: run_pending_jobs(QUEUES)

    def _deliver(self, story: Story) -> Iterator[Act]:
        yield from self._release(story)
        if story.account is not None:
            yield lambda: collect_online(case=story.the_case, account=story.account)
        else:
            yield lambda: hand_over(
                case=story.the_case, official=self.of("reception"), receiver=story.applicant
            )

    def _say(self, story: Story, text: str) -> str:
        story.said["reason"] = text
        return text

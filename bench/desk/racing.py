"""Many processes at one case and one series of numbers, all at the same moment.

    python -m bench.desk.racing COMMUNE PROCESSES ATTEMPTS

Every process works on the oldest case that is still open, so that all of them meet at one. Each
attempt is a move of a random official, mostly one whose turn it is, with a token that is fresh,
old or not sent at all; or it takes a number of a series and now and then gives it back. What came
of it is read from the database afterwards: numbers twice or missing, steps outside the table.
Prints what was found as JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.desk.race_outcome import Outcome, look

if TYPE_CHECKING:
    from services.cases.models import Case
    from tenants.organisation.models import Official

PROCEDURE = "2.000908"
SERIES = "race"
ROLES = ("reception", "specialist", "head", "leader", "clerk")
PEOPLE_OF_A_ROLE = 3
# Most attempts are at the series, which is quick; an eighth of these is taken back.
AT_SERIES, TAKEN_BACK = 0.8, 0.125
RIGHT_ROLE, FRESH, OLD = 0.8, 0.6, 0.2
PERSON: dict[str, Any] = {
    "requester_name": "Lò Thị Pâng",
    "requester_birth_date": "1990-03-14",
    "requester_national_id": "001190000017",
    "requester_phone": "0999000003",
    "requester_relation": "self",
    "book_kind": "commendation",
    "original_title": "Giấy chứng nhận gia đình văn hóa năm 2012",
    "original_date": "2012",
    "copy_count": 1,
}
FINDINGS: dict[str, Any] = {
    "book_name": "Sổ cấp giấy chứng nhận gia đình văn hóa",
    "entry_number": "118",
    "book_holder_name": "Lò Thị Pâng",
    "book_content": "Công nhận gia đình văn hóa năm 2012.",
}


def race(commune_code: str, processes: int, attempts: int) -> Outcome:
    """Let the processes run, each its share of the attempts, and look at what they left."""
    from django.db import connections

    from tenants.communes.current import in_commune

    with in_commune(commune_code):
        _make_people()
        _file()
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    results: Any = fork.SimpleQueue()
    share = -(-attempts // processes)
    runners = [
        fork.Process(target=_run, args=(commune_code, number, share, results))
        for number in range(processes)
    ]
    for runner in runners:
        runner.start()
    told = [results.get() for _ in runners]
    for runner in runners:
        runner.join()
    outcome = Outcome()
    for done, refused, broken, errors in ((one[0], one[1], one[2], one[3]) for one in told):
        outcome.done += done
        outcome.refused += refused
        outcome.broken += broken
        outcome.errors += errors
    outcome.attempts = outcome.done + outcome.refused + outcome.broken
    with in_commune(commune_code):
        look(outcome, {SERIES: [number for one in told for number in one[4]]})
    return outcome


# ── One process ──────────────────────────────────────────────────────────


def _run(commune_code: str, seed: int, share: int, results: Any) -> None:
    """Make this process's attempts and tell what came of them."""
    from services.cases.errors import CaseError
    from tenants.communes.current import in_commune

    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    errors: list[str] = []
    numbers: list[int] = []
    with in_commune(commune_code):
        runner = _Runner(chance)
        for _ in range(share):
            try:
                if chance.random() < AT_SERIES:
                    numbers += _take_number(chance)
                else:
                    runner.attempt()
                counts["done"] += 1
            except CaseError:
                counts["refused"] += 1
            except Exception as error:  # whatever it is, the attempt did not end as it should
                counts["broken"] += 1
                errors.append(f"{type(error).__name__}: {error}"[:300])
    results.put((counts["done"], counts["refused"], counts["broken"], errors[:3], numbers))


def _take_number(chance: random.Random) -> list[int]:
    """The next number, empty when it was given back."""
    from django.db import transaction

    from documents.registers.numbering import allocate

    with transaction.atomic():
        number = allocate(SERIES)
        if chance.random() < TAKEN_BACK:
            transaction.set_rollback(True)
            return []
    return [number]


class _Runner:
    """One process's officials, and the tokens it remembers from before."""

    def __init__(self, chance: random.Random) -> None:
        from tenants.organisation.models import Official

        self.chance = chance
        self.officials: dict[str, list[Official]] = {}
        for official in Official.objects.filter(active=True):
            for role in official.roles.split():
                self.officials.setdefault(role, []).append(official)
        self.old: list[str] = [""]

    def attempt(self) -> None:
        """One move at the oldest open case; without one, a new case is filed."""
        from services.cases.lifecycle import seen_token
        from services.cases.models import Case
        from services.cases.states import CLOSED

        case = Case.objects.exclude(status__in=CLOSED).order_by("id").first()
        if case is None:
            _file()
            return
        fresh, drawn = seen_token(case), self.chance.random()
        seen = (
            fresh if drawn < FRESH else self.chance.choice(self.old) if drawn < FRESH + OLD else ""
        )
        self.old = [*self.old[-20:], fresh]
        move = self.chance.choice(self._moves(case, seen))
        move()

    def _official(self, case: Case, role: str) -> Official:
        if self.chance.random() > RIGHT_ROLE:
            role = self.chance.choice(ROLES)
        return self.chance.choice(self.officials[role or case.step_role or "reception"])

    def _moves(self, case: Case, seen: str) -> list[Callable[[], Any]]:
        """What is tried in the case's state, and sometimes what belongs to another."""
        from services.cases.states import CaseStatus

        state = case.state
        if self.chance.random() > RIGHT_ROLE:
            state = self.chance.choice(list(CaseStatus))
        return _MOVES[state.name](self, {"case": case, "seen": seen})

    def by(self, given: dict[str, Any], role: str = "") -> dict[str, Any]:
        """The arguments of a move by somebody of that role, or of the case's step."""
        return {**given, "official": self._official(given["case"], role)}


def _registered(runner: _Runner, given: dict[str, Any]) -> list[Callable[[], Any]]:
    from services.cases.intake import accept_case, refuse_case, request_supplement

    by = runner.by(given, "reception")
    return [
        *[lambda: accept_case(**by)] * 4,
        lambda: request_supplement(**by, items=["Trang hai"], reason=""),
        lambda: refuse_case(**by, reason="Nhầm nơi"),
    ]


def _waiting(runner: _Runner, given: dict[str, Any]) -> list[Callable[[], Any]]:
    from services.cases.intake import answer_supplement
    from services.cases.obligations import confirm_payment
    from services.cases.stopping import stop_case
    from services.cases.withdrawal import ask_withdrawal

    reception = runner.by(given, "reception")
    leader = runner.by(given, "leader")
    return [
        *[lambda: answer_supplement(**reception, message="Đã gửi thêm")] * 3,
        *[lambda: confirm_payment(**reception, note="Giấy nộp tiền số 1")] * 3,
        lambda: ask_withdrawal(**reception, reason="Đổi ý"),
        lambda: stop_case(**leader, ground="Căn cứ", reason="Quá hạn"),
    ]


def _withdrawing(runner: _Runner, given: dict[str, Any]) -> list[Callable[[], Any]]:
    from services.cases.withdrawal import agree_withdrawal, decline_withdrawal

    leader = runner.by(given, "leader")
    return [
        *[lambda: decline_withdrawal(**leader, reason="Sắp xong")] * 4,
        lambda: agree_withdrawal(**leader),
    ]


def _in_process(runner: _Runner, given: dict[str, Any]) -> list[Callable[[], Any]]:
    from services.cases.decision import approve_case, reject_case
    from services.cases.delivery import release_result
    from services.cases.intake import request_supplement
    from services.cases.obligations import require_payment
    from services.cases.processing import complete_step, send_back, take_case
    from services.cases.proposals import decline_proposal
    from services.cases.referrals import answer_referral, refer_case
    from services.cases.stopping import propose_stop
    from services.cases.withdrawal import ask_withdrawal

    by, leader = runner.by(given), runner.by(given, "leader")
    referral = given["case"].referrals.filter(answered_at=None, withdrawn_at=None).first()
    answer = referral.pk if referral is not None else given["case"].pk
    return [
        lambda: take_case(**by),
        *[lambda: complete_step(**by, outcome="approved", findings=FINDINGS)] * 3,
        *[lambda: approve_case(**leader)] * 2,
        lambda: reject_case(**leader, reason="Chưa đủ"),
        *[lambda: release_result(**by)] * 2,
        lambda: send_back(**by, reason="Xem lại"),
        lambda: request_supplement(**by, items=["Trang hai"], reason=""),
        lambda: require_payment(**by, amount=8_000, reason="Phí", elsewhere=True),
        lambda: refer_case(**by, question="Đúng không?", agency="Cơ quan khác", days=1),
        *[lambda: answer_referral(**by, referral_id=answer, answer="Đúng")] * 2,
        lambda: propose_stop(**runner.by(given, "head"), ground="Căn cứ", reason="Vì sao"),
        lambda: decline_proposal(**leader, reason="Làm tiếp"),
        lambda: ask_withdrawal(**runner.by(given, "reception"), reason="Đổi ý"),
    ]


def _ready(runner: _Runner, given: dict[str, Any]) -> list[Callable[[], Any]]:
    from services.cases.delivery import hand_over, send_by_post

    by = runner.by(given, "clerk")
    return [
        lambda: _print(given["case"]),
        lambda: hand_over(**by, receiver="Lò Thị Pâng"),
        lambda: send_by_post(**by, post_code="EB123456789VN"),
    ]


_MOVES: dict[str, Callable[[_Runner, dict[str, Any]], list[Callable[[], Any]]]] = {
    "REGISTERED": _registered,
    "RECEIVED": _in_process,
    "REFUSED": _registered,
    "IN_PROCESS": _in_process,
    "SUPPLEMENT": _waiting,
    "PAYMENT": _waiting,
    "WITHDRAWING": _withdrawing,
    "STOPPED": _withdrawing,
    "RESULT_READY": _ready,
    "RETURNED": _ready,
}


# ── What is there before ─────────────────────────────────────────────────


def _make_people() -> None:
    """Some officials of each role; a number in the name tells them apart."""
    from tenants.accounts.models import Account
    from tenants.organisation.models import Official

    for place, role in enumerate(ROLES):
        for number in range(PEOPLE_OF_A_ROLE):
            phone = f"09990002{place}{number}"
            account = Account.objects.create_account(full_name=role, phone=phone, password=None)
            Official.objects.create(
                account_id=account.pk,
                name=f"{role} {number}",
                title="Công chức",
                roles=role,
                may_sign=role == "leader",
            )


def _file() -> None:
    """File a case at the counter."""
    from services.cases.drafts import save_page, start_draft
    from services.cases.filing import file_case
    from services.catalogue.registry import current_procedure
    from tenants.organisation.models import Official

    official = Official.objects.filter(roles="reception").earliest("id")
    definition = current_procedure(PROCEDURE)
    draft = start_draft(definition=definition, official=official)
    for page in definition.pages:
        draft = save_page(draft=draft, page_key=page.key, answers={})
    draft = save_page(draft=draft, page_key=definition.pages[0].key, answers=PERSON)
    file_case(draft=draft, declared=True, official=official, channel="counter")


def _print(case: Case) -> None:
    """Give the result a file, as the job that prints it would; its looks do not matter here."""
    from django.utils import timezone

    from documents.files.storing import store_bytes
    from documents.registers.models import Document

    if not Document.objects.filter(case_id=case.pk, file_id__isnull=False).exists():
        stored = store_bytes(b"%PDF-1.4", "application/pdf")
        Document.objects.filter(case_id=case.pk, file_id=None).update(
            file_id=stored.pk, sha256=stored.sha256, rendered_at=timezone.now()
        )


def main() -> None:
    """Set Django up and print what was found."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    code, processes, attempts = sys.argv[1:]
    print(json.dumps(asdict(race(code, int(processes), int(attempts)))))


if __name__ == "__main__":
    main()

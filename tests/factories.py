"""Officials and cases for tests, made in the current commune by the product's own calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from documents.files.models import StoredFile
from services.cases.decision import approve_case
from services.cases.delivery import hand_over, release_result
from services.cases.drafts import attach_paper, save_page, start_draft
from services.cases.filing import file_case
from services.cases.form_flow import PAPERS
from services.cases.intake import accept_case
from services.cases.models import Case, Draft
from services.cases.processing import complete_step, current_step, take_case
from services.cases.states import CaseStatus, Channel, Outcome, StepKind
from services.catalogue.forms.pages import visible_pages
from services.catalogue.registry import current_procedure
from tenants.accounts.models import Account
from tenants.accounts.proving.contacts import vouch_for
from tenants.communes.current import current_commune
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tenants.organisation.models import Official
from tests.journeys.answers import filing
from tests.journeys.people import Filing

Stage = Literal[
    "registered",
    "received",
    "in_process",
    "awaiting_decision",
    "approved",
    "result_ready",
    "returned",
]
STAGES: tuple[Stage, ...] = get_args(Stage)
BIRTH = "1.001193"
TITLES = {
    "reception": "Công chức tiếp nhận hồ sơ",
    "specialist": "Công chức Tư pháp – Hộ tịch",
    "head": "Trưởng phòng",
    "leader": "Chủ tịch",
    "clerk": "Công chức Văn thư",
    "administrator": "Quản trị hệ thống",
}
NAMES = {
    "reception": "Nguyễn Thị Hoa",
    "specialist": "Trần Quốc Bảo",
    "head": "Lê Thị Mỹ Duyên",
    "leader": "Phan Văn Thắng",
    "clerk": "Võ Thị Kim Oanh",
    "administrator": "Đặng Hữu Phước",
}


def _small_pdf() -> bytes:
    """The smallest PDF that a strict reader takes: one empty A4 page."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    )
    data, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, body in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj%sendobj\n" % (number, body)
    end = b"xref\n0 4\n%strailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return data + end % (table, len(data))


PDF = _small_pdf()


def pdf_upload(name: str = "giay-to.pdf") -> SimpleUploadedFile:
    """A small real PDF as a browser sends it."""
    return SimpleUploadedFile(name, PDF, "application/pdf")


def make_account(full_name: str = "Nguyễn Thị Hoài Thương", **given: Any) -> Account:
    """An account of its own, reached by a proved address that nobody else has."""
    given.setdefault("email", f"nguoi-{Account.objects.count()}@example.vn")
    account = Account.objects.create_account(full_name=full_name, **given)
    vouch_for(account)
    return account


def make_official(role: str = "reception", *, name: str = "", **given: Any) -> Official:
    """An official of the current commune with an account; ``role`` may be several words."""
    first = role.split()[0]
    name = name or NAMES[first]
    account = given.pop("account", None) or make_account(name)
    given.setdefault("may_sign", "leader" in role.split())
    return Official.objects.create(
        account_id=account.pk, name=name, title=TITLES[first], roles=role, **given
    )


def the_official(role: str) -> Official:
    """The first official of the current commune who has the role; made where there is none."""
    for official in Official.objects.filter(active=True).order_by("id"):
        if official.has_role(role) and (role != "leader" or official.may_sign):
            return official
    return make_official(role)


def account_of(official: Official) -> Account:
    """The account with which an official signs in."""
    return Account.objects.get(pk=official.account_id)


def make_draft(
    one: Filing, *, account: Account | None = None, official: Official | None = None
) -> Draft:
    """A complete form with its papers, ready to be sent."""
    definition = current_procedure(one.code)
    draft = start_draft(definition=definition, account=account, official=official)
    for page in visible_pages(definition, dict(one.answers)):
        keys = {leaf.key for leaf in page.leaves}
        answers = {key: value for key, value in one.answers.items() if key in keys}
        draft = save_page(draft=draft, page_key=page.key, answers=answers)
    for key in one.papers:
        given = attach_paper(draft=draft, paper_key=key, upload=pdf_upload(f"{key}.pdf"))
        pass_check(given.file_id)
    return save_page(draft=draft, page_key=PAPERS, answers={})


def pass_check(file_id: UUID) -> None:
    """Take a file out of quarantine without the process that looks into files."""
    Job.objects.filter(args__args=[str(file_id)]).delete()
    StoredFile.objects.filter(pk=file_id).update(
        state=StoredFile.State.CLEAN, checked_at=timezone.now()
    )


def make_case(
    procedure: str = BIRTH,
    up_to: Stage = "registered",
    *,
    account: Account | None = None,
    answers: dict[str, Any] | None = None,
) -> Case:
    """File a case in the current commune and bring it ``up_to`` a stage.

    Without ``account`` it is filed at the counter. ``answers`` replace those of the filing.
    """
    one = filing(procedure, commune=current_commune().code)
    one = Filing(one.code, {**one.answers, **(answers or {})}, one.papers, one.entries)
    official = None if account else the_official("reception")
    case = file_case(
        draft=make_draft(one, account=account, official=official),
        declared=True,
        account=account,
        official=official,
        channel=Channel.ONLINE if account else Channel.COUNTER,
    )
    return bring_case(case, up_to, one.entries)


def bring_case(case: Case, up_to: Stage, entries: Mapping[str, Any] | None = None) -> Case:
    """Bring a case from where it stands up to a stage; ``entries`` are the specialist's."""
    reached = STAGES.index(up_to)
    if case.state == CaseStatus.REGISTERED and reached >= STAGES.index("received"):
        case = accept_case(case=case, official=the_official("reception"))
    if case.state == CaseStatus.RECEIVED and reached >= STAGES.index("in_process"):
        case = take_case(case=case, official=the_official(case.step_role))
    if reached >= STAGES.index("awaiting_decision"):
        case = _to_decision(case, entries)
    if case.decided_at is None and reached >= STAGES.index("approved"):
        case = approve_case(case=case, official=the_official(case.step_role))
    if reached >= STAGES.index("result_ready"):
        while case.state == CaseStatus.IN_PROCESS:
            case = release_result(case=case, official=the_official(case.step_role))
    if reached >= STAGES.index("returned"):
        run_pending_jobs()
        case = hand_over(
            case=case, official=the_official("reception"), receiver=case.applicant_name
        )
    return case


def _to_decision(case: Case, entries: Mapping[str, Any] | None) -> Case:
    while current_step(case).kind == StepKind.WORK:
        case = complete_step(
            case=case,
            official=the_official(case.step_role),
            outcome=Outcome.APPROVED,
            note="Hồ sơ đủ, đúng quy định.",
            findings=dict(entries or {}) or None,
        )
    return case

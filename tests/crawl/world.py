"""Two communes in which every text and every file carries canaries, and everybody who may ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from documents.files.models import StoredFile
from documents.registers.models import Document
from documents.registers.verification import display_code
from documents.rendering import pdf
from documents.rendering.pdf import RenderedPdf
from services.cases.decision import approve_case
from services.cases.delivery import collect_online, release_result
from services.cases.drafts import attach_paper, attachments_of, save_page, start_draft
from services.cases.filing import file_case
from services.cases.form_flow import PAPERS
from services.cases.intake import accept_case, request_supplement
from services.cases.list_filters import Filters
from services.cases.models import Case, Draft
from services.cases.page_notes import write_page_note
from services.cases.processing import complete_step, take_case
from services.cases.register_book import Period, print_register
from services.cases.reuse import offers_for, use_again
from services.cases.saved_views import save_view
from services.cases.states import Channel, Outcome
from services.catalogue.forms.pages import visible_pages
from services.catalogue.registry import current_procedure
from services.feedback.petitions import answer_petition, assign_petition, file_petition
from services.feedback.rating import rate_case
from tenants.accounts.invitation import invitation_url
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, commune_info, in_commune
from tenants.fleet.batches import create_batch
from tenants.fleet.support import open_support
from tenants.history.events import Actor
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tenants.notices.models import Delivery
from tenants.organisation.invitations import invitation_link
from tenants.organisation.models import (
    Delegation,
    Department,
    Invitation,
    Official,
    get_letterhead,
)
from tests.crawl.canaries import Canaries, tokens
from tests.crawl.cash_desk import import_and_close, open_cash_desk, pay_for
from tests.crawl.hall import book_somewhere, fill_hall, token_to_confirm
from tests.crawl.harvest import Harvest, harvest_shared
from tests.crawl.leaving import ask_others, sign_for
from tests.crawl.people import People
from tests.crawl.replacing import everywhere
from tests.factories import make_account
from tests.second_factor import make_desk

BOOK_COPY = "2.000908"
CODES = ("00004", "00008")
# Pages show these as examples; the first case of that day happens to have one of them.
EXAMPLES = ("h26.00004-261122-0001",)
ROLES = ("reception", "specialist", "head", "leader", "clerk", "administrator")
# Officials beside one of each role: a second one at the counter, one whose desk is closed, one
# whose desk has run out, one who left.
OTHERS = {"colleague": "reception", "closed": "reception", "idle": "reception", "gone": "reception"}


@dataclass
class Things:
    """What stands in addresses about one person's things in one commune."""

    values: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """Both communes with their people, things and canaries."""

    communes: dict[str, CommuneInfo]
    canaries: Canaries
    people: People
    # By commune and by whose things they are: "one", "two" (citizens), "reception", "colleague".
    things: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[StoredFile]] = field(default_factory=dict)
    batch: str = ""
    columns: dict[str, set[str]] = field(default_factory=dict)

    def other(self, code: str) -> str:
        """The other commune."""
        return CODES[1 - CODES.index(code)]


def build_world() -> World:
    """Fill the two test communes by the product's own calls, and read all canaries."""
    canaries = Canaries()
    operator = make_account("Đỗ Minh Khuê", is_operator=True)
    world = World({code: commune_info(code) for code in CODES}, canaries, People())
    world.batch = str(create_batch(province_code="04", operator=operator).pk)
    fillers = {code: _Filler(world, code) for code in CODES}
    for code in CODES:
        with in_commune(code):
            fillers[code].fill()
    # Looking into files, a process each, is tested elsewhere; here they are what we made.
    Job.objects.filter(task="documents.files.tasks.check_file").delete()
    with quick_typesetting():
        run_pending_jobs(("default", "notices"))
    _give_support(world, operator)
    for code in CODES:
        with in_commune(code):
            fillers[code].finish()
            harvest = Harvest(world, code)
            harvest.read()
            world.columns[code] = harvest.seen
    harvest_shared(world)
    for example in EXAMPLES:
        canaries.scopes.pop(example, None)
    world.people.open_browsers(world)
    return world


def _give_support(world: World, operator: Account) -> None:
    code = CODES[0]
    word = world.canaries.word
    account = make_account(f"Lý {word()} Sơn", email=f"{word()}@example.vn", is_operator=True)
    access = open_support(
        code=code, operator=account, reason=f"Xem lỗi in giấy hẹn {word()}", minutes=60
    )
    world.people.add_supporter(code, account, access.pk)
    # Operators read of each other's accesses; the commune does too.
    world.canaries.note([access.name, access.reason], {"fleet", f"desk/{code}"})
    for things in world.things[code].values():
        things["support"] = str(access.pk)


@contextmanager
def quick_typesetting() -> Iterator[None]:
    """PDFs that say the canaries of their page, without the process that typesets them."""

    def typeset(html: str) -> RenderedPdf:
        return RenderedPdf(pdf_that_says(" ".join(sorted(tokens(html)))), 1)

    with everywhere(pdf.render_pdf, typeset), everywhere(pdf.render_once, typeset):
        yield


class _Filler:
    """Fills one commune."""

    def __init__(self, world: World, code: str) -> None:
        self.world, self.code = world, code
        self.word = world.canaries.word
        self.things = world.things.setdefault(code, {})
        self._tail = 100_000 + CODES.index(code) * 400_000 + 0

    def fill(self) -> None:
        """People first, then what they have."""
        self._letterhead()
        self.department = Department.objects.create(name=f"Phòng {self.word()}")
        self.officials = {
            name: self._official(name, OTHERS.get(name, name)) for name in (*ROLES, *OTHERS)
        }
        self._agreements()
        self.hall = fill_hall(self.world, self.code, self.officials["head"])
        open_cash_desk(self.world, self.officials["administrator"])
        for name in ("one", "two"):
            self._citizen(name)
        cash_desk = import_and_close(self.world, self.officials["reception"])
        for name in ("one", "two"):
            self.things[name] |= cash_desk
        for name in ("reception", "colleague"):
            self._at_counter(name)
        self._book()

    def _book(self) -> None:
        """This month's case register, as its page asks for it without a period."""
        today = timezone.localdate()
        month = Period(today.replace(day=1), today)
        parts = print_register(official=self.officials["reception"], period=month)
        for name in ("one", "two"):
            self.things[name]["book"] = str(parts[0].pk)

    # ── The commune ──────────────────────────────────────────────────────
    def _letterhead(self) -> None:
        letterhead = get_letterhead()
        for name in ("agency_name", "centre_name", "place_name", "address", "leader_title"):
            setattr(letterhead, name, f"{getattr(letterhead, name)[:18]} {self.word()}")
        letterhead.email = f"{self.word()}@example.vn"
        letterhead.phone = self.phone()
        letterhead.save()

    def _official(self, name: str, role: str) -> Official:
        account = self._account(f"Trần {self.word()} Bảo", f"official-{name}")
        official = Official.objects.create(
            account_id=account.pk,
            name=account.full_name,
            title=f"Công chức {self.word()}",
            roles=role,
            department=self.department,
            may_sign=role == "leader",
            active=name != "gone",
            left_on=timezone.localdate() if name == "gone" else None,
        )
        self.world.people.add_official(self.code, name, role, account, official)
        return official

    def _agreements(self) -> None:
        today = timezone.localdate()
        self.delegation = Delegation.objects.create(
            giver=self.officials["leader"],
            receiver=self.officials["head"],
            capacity=Delegation.Capacity.DEPUTY,
            roles="leader",
            ground=f"Quyết định {self.word()}",
            starts_on=today - timedelta(days=90),
            ends_on=today - timedelta(days=60),
        )
        self.invitation = Invitation.objects.create(
            contact=f"{self.word()}@example.vn",
            name=f"Mời {self.word()}",
            title=f"Chức vụ {self.word()}",
            roles="clerk",
            invited_by=self.officials["administrator"].pk,
            expires_at=timezone.now() + timedelta(days=7),
        )

    # ── Citizens ─────────────────────────────────────────────────────────
    def _citizen(self, name: str) -> None:
        account = self._account(f"Hoàng {self.word()} Tuấn", f"citizen-{name}")
        self.world.people.add_citizen(self.code, name, account)
        session = UserSession.objects.create(
            user=account,
            session_key=self.word(),
            ip="192.0.2.7",
            user_agent=f"Thiết bị {self.word()}",
        )
        desk = make_desk(account.pk, self.code)
        draft = self._draft(account=account)
        values = {
            "appointment": book_somewhere(account),
            "draft": str(draft.pk),
            "draft_paper": str(attachments_of(draft.pk)[0].pk),
            "session": str(session.pk),
            "desk": str(desk.pk),
            "factor": str(session.pk),
        }
        case = self._case(account=account)
        values |= self._values_of("case", case)
        note = write_page_note(
            case=case,
            official=self.officials["specialist"],
            attachment=attachments_of(case.pk)[0],
            page=1,
            text=f"Xem lại {self.word()}",
        )
        values["note"] = str(note.pk)
        asked = request_supplement(
            case=self._case(account=account),
            official=self.officials["reception"],
            items=[f"Giấy {self.word()}"],
            reason=f"Vì {self.word()}",
        )
        values |= self._values_of("asked", asked)
        held = self._case(account=account, in_hand=True)
        words = (self.word(), self.word(), self.word(), self.word())
        values["referral"] = ask_others(held, self.officials["specialist"], words=words)
        values["referred"] = held.code
        decision = self._case(account=account, to_decision=True)
        values |= self._values_of("decision", decision)
        ready = self._case(account=account, ready=True)
        values |= self._values_of("ready", ready)
        values |= pay_for(self.world, ready, self.officials["reception"])
        self.things[name] = values | {"petition": self._said(account)}
        signed = sign_for(
            self._printed(account), self.officials["clerk"], receiver=f"Bà {self.word()} Lụa"
        )
        self.things[name]["signed"] = signed
        self._used_again(account)

    def _used_again(self, account: Account) -> None:
        """A form in which a paper of one of the account's cases stands again."""
        draft = self._draft(account=account)
        StoredFile.objects.update(state=StoredFile.State.CLEAN)
        offer = offers_for(draft)["relation_proof"][0]
        use_again(draft=draft, paper_key="relation_proof", offer_key=offer.key)

    def _said(self, account: Account) -> str:
        """A petition that was answered, a rating, and a petition that waits; its code."""
        texts = {"kind": "proposal", "subject": f"Về {self.word()}", "text": f"Nên {self.word()}"}
        answered = file_petition(account=account, case_code=self.word(), **texts)
        to, leader = self.officials["specialist"], self.officials["leader"]
        assign_petition(petition=answered, to=to, by=leader)
        answer_petition(petition=answered, official=to, answer=f"Đã {self.word()}")
        returned = collect_online(case=self._printed(account), account=account)
        rate_case(case=returned, score=4, comment=self.word(), by=Actor.citizen(account))
        return file_petition(account=account, **texts).code

    def _printed(self, account: Account) -> Case:
        """A case whose result can be fetched."""
        done = self._case(account=account, ready=True)
        Job.objects.filter(task="documents.files.tasks.check_file").delete()
        with quick_typesetting():
            run_pending_jobs()
        return done

    def _at_counter(self, name: str) -> None:
        official = self.officials[name]
        draft = self._draft(official=official)
        view = save_view(
            official=official, name=f"Xem {self.word()}", filters=Filters(view="tat-ca")
        )
        self.things[name] = {
            **self.things["one"],
            "counter_draft": str(draft.pk),
            "view": str(view.pk),
        }

    def _values_of(self, kind: str, case: Case) -> dict[str, str]:
        return {kind: case.code, f"{kind}_paper": str(attachments_of(case.pk)[0].pk)}

    def _account(self, name: str, what: str) -> Account:
        return Account.objects.create_account(
            full_name=name,
            email=f"{self.word()}@example.vn",
            phone=self.phone(),
            national_id=self.national_id(),
            birth_date=date(1979, 12, 5),
            address=f"Số 1 đường {self.word()}",
        )

    def phone(self) -> str:
        """A phone number of its own."""
        self._tail += 1
        return f"098{self._tail:07d}"

    def national_id(self) -> str:
        """An identity number of its own, of a man born in 1979."""
        self._tail += 1
        return f"001079{self._tail:06d}"

    # ── Forms and cases ──────────────────────────────────────────────────
    def _answers(self) -> dict[str, dict[str, Any]]:
        return {
            "requester_name": f"Hoàng {self.word()} Tuấn",
            "requester_birth_date": "1979-12-05",
            "requester_national_id": self.national_id(),
            "requester_phone": self.phone(),
            "requester_email": f"{self.word()}@example.vn",
            "requester_relation": "parent_of_holder",
            "holder_name": f"Hoàng {self.word()} Anh",
            "book_kind": "commendation",
            "original_title": f"Giấy chứng nhận {self.word()}",
            "original_number": self.word(),
            "original_date": "2012",
            "copy_count": 1,
        }

    def _draft(self, *, account: Account | None = None, official: Official | None = None) -> Draft:
        definition = current_procedure(BOOK_COPY)
        draft = start_draft(definition=definition, account=account, official=official)
        given = self._answers()
        for page in visible_pages(definition, dict(given)):
            answers = {leaf.key: given[leaf.key] for leaf in page.leaves if leaf.key in given}
            draft = save_page(draft=draft, page_key=page.key, answers=answers)
        upload = SimpleUploadedFile(
            f"giay {self.word()}.pdf", pdf_that_says(self.word()), "application/pdf"
        )
        attach_paper(draft=draft, paper_key="relation_proof", upload=upload)
        return save_page(draft=draft, page_key=PAPERS, answers={})

    def _case(
        self,
        *,
        account: Account,
        to_decision: bool = False,
        ready: bool = False,
        in_hand: bool = False,
    ) -> Case:
        case = file_case(
            draft=self._draft(account=account),
            declared=True,
            account=account,
            channel=Channel.ONLINE,
        )
        if not (to_decision or ready or in_hand):
            return case
        case = accept_case(case=case, official=self.officials["reception"])
        case = take_case(case=case, official=self.officials["specialist"])
        if in_hand:
            return case
        case = complete_step(
            case=case,
            official=self.officials["specialist"],
            outcome=Outcome.APPROVED,
            note=f"Đủ điều kiện {self.word()}",
            findings={
                "book_name": f"Sổ {self.word()}",
                "entry_number": "157",
                "book_holder_name": f"Hoàng {self.word()} Anh",
                "book_content": f"Công nhận {self.word()}",
            },
        )
        if ready:
            case = approve_case(case=case, official=self.officials["leader"])
            case = release_result(case=case, official=self.officials["clerk"])
        return case

    # ── After the jobs ───────────────────────────────────────────────────
    def finish(self) -> None:
        """Write down what jobs made: printed documents."""
        for name in ("one", "two"):
            things = self.things[name]
            documents = Document.objects.filter(case_code=things["ready"])
            slip = documents.order_by("id").first()
            result = documents.filter(kind=Document.Kind.RESULT).first()
            assert slip is not None and result is not None and slip.file_id, "nothing was printed"
            things["slip"], things["document"] = str(slip.pk), str(result.pk)
            things["verification"] = display_code(result.verification_code)
        for name in ("one", "two"):
            sent = Delivery.objects.filter(notice__code=self.things[name]["case"]).first()
            assert sent is not None, "nobody was told"
            self.things[name]["delivery"] = str(sent.pk)
        for name in ("reception", "colleague"):
            self.things[name] = {**self.things["one"], **self.things[name]}
            self.things[name]["confirm_token"] = token_to_confirm(
                self.world, self.things[name]["counter_draft"]
            )
        for name in ("one", "two"):
            self.things[name]["confirm_token"] = self.things["reception"]["confirm_token"]
            self.things[name] |= self.hall
        StoredFile.objects.update(state=StoredFile.State.CLEAN)
        self.world.files[self.code] = list(StoredFile.objects.all())
        account = Account.objects.get(pk=self.officials["administrator"].account_id)
        link = invitation_link(self.invitation).rstrip("/").rsplit("/", 1)[-1]
        said = [self.invitation.name, self.invitation.title, self.invitation.contact]
        self.world.canaries.note(said, {f"knows/{link.lower()}"})
        token = invitation_url(account, self.code).rstrip("/").rsplit("/", 1)[-1]
        self.world.canaries.note([account.full_name, account.email], {f"knows/{token.lower()}"})
        for things in self.things.values():
            things |= {
                "commune": self.code,
                "token": token,
                "link": link,
                "batch": self.world.batch,
                "official": str(self.officials["colleague"].pk),
                "department": str(self.department.pk),
                "invitation": str(self.invitation.pk),
                "delegation": str(self.delegation.pk),
            }


def pdf_that_says(text: str) -> bytes:
    """A small PDF whose one page shows a text, which lies in the file as it is."""
    drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
    )
    data, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, body in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj%sendobj\n" % (number, body)
    end = b"xref\n0 %d\n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return data + end % (len(objects) + 1, table, len(objects) + 1, len(data))

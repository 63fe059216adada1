"""People, cases and papers enough that every address of both sites has somebody who may use it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from django.conf import settings
from django.test import Client

from documents.registers.models import Document
from services.cases.drafts import attachments_of
from services.cases.intake import request_supplement
from services.cases.models import Case, Draft
from services.catalogue.registry import current_procedure
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.runner import run_pending_jobs
from tests.factories import STAGES, account_of, make_account, make_case, make_draft, make_official
from tests.journeys.answers import filing
from tests.second_factor import open_desk, open_operator_pages
from tests.site_routes import Route

PROCEDURE = "1.001193"
EVERY_ROLE = "reception specialist head leader clerk administrator"
# At which stage a case must be for a move's page to be there; other pages take the first one.
STAGE_OF = {
    "desk-take": "received",
    "desk-examine": "in_process",
    "desk-send-back": "awaiting_decision",
    "desk-approve": "awaiting_decision",
    "desk-reject": "awaiting_decision",
    "desk-preview": "awaiting_decision",
    "desk-release": "approved",
    "desk-document": "result_ready",
    "desk-hand-over": "result_ready",
    "my-case-document": "result_ready",
    "my-case-result": "result_ready",
    "desk-answer": "supplement",
    "my-case-supplement": "supplement",
}


@dataclass
class SitePeople:
    """A citizen, an official of every role, an operator; and what stands in addresses."""

    here: CommuneInfo
    citizen: Account
    official: Account
    operator: Account
    cases: dict[str, Case]
    draft: Draft
    counter_draft: Draft
    values: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)

    def client_for(self, route: Route, *, at_sign_in: bool = True) -> Client:
        """A browser on the route's site, of somebody who may use it; each call gives its own.

        At the pages of the sign-in nobody is known, unless ``at_sign_in`` is off.
        """
        host = settings.BASE_DOMAIN if route.site == "central" else self.here.host
        who = "citizen"
        for prefix, other in (("/operator/", "operator"), ("/desk/", "official")):
            who = other if route.pattern.startswith(prefix) else who
        client = Client(SERVER_NAME=host, raise_request_exception=False)
        if not at_sign_in or not route.pattern.startswith("/tai-khoan/"):
            client.cookies = deepcopy(self._signed_in(who).cookies)
        return client

    def _signed_in(self, who: str) -> Client:
        """The browser in which one of them signed in, and opened what they work at."""
        if who not in self.browsers:
            client = self.browsers[who] = Client(SERVER_NAME=settings.BASE_DOMAIN)
            client.force_login(getattr(self, who))
            if who == "official":
                open_desk(client, self.here)
            elif who == "operator":
                open_operator_pages(client)
        return self.browsers[who]

    def path(self, route: Route) -> str:
        """The route's address, with what is really there where we have it."""
        return route.path(self.values)


def site_people(here: CommuneInfo) -> SitePeople:
    """Make everybody and everything in one commune."""
    citizen = make_account("Đỗ Thu Hương")
    with in_commune(here.code):
        official = make_official(EVERY_ROLE, name="Nguyễn Thị Hoa", may_sign=True)
        cases = {str(stage): make_case(PROCEDURE, stage, account=citizen) for stage in STAGES[:-1]}
        asked = make_case(PROCEDURE, account=citizen)
        cases["supplement"] = request_supplement(
            case=asked, official=official, items=["Bản chụp sổ gốc"], reason="Ảnh mờ."
        )
        run_pending_jobs()
        one = filing(PROCEDURE, commune=here.code)
        people = SitePeople(
            here=here,
            citizen=citizen,
            official=account_of(official),
            operator=make_account("Đỗ Minh Khuê", is_operator=True),
            cases=cases,
            draft=make_draft(one, account=citizen),
            counter_draft=make_draft(one, official=official),
        )
        people.values = _values(people)
    return people


def _values(people: SitePeople) -> dict[str, str]:
    first, ready = people.cases["registered"], people.cases["result_ready"]
    result = Document.objects.filter(case_id=ready.pk).order_by("-id").first()
    values = {
        "code": first.code,
        "procedure_code": PROCEDURE,
        "province_code": "01",
        "page_key": current_procedure(PROCEDURE).pages[0].key,
        "draft_id": str(people.draft.pk),
        "attachment_id": str(attachments_of(first.pk)[0].pk),
        "draft-paper.attachment_id": str(attachments_of(people.draft.pk)[0].pk),
        "document_id": str(result.pk) if result else "",
        "verify-code.code": result.verification_code if result else "",
    }
    for name, stage in STAGE_OF.items():
        values[f"{name}.code"] = people.cases[stage].code
    for name in ("resume", "papers", "review", "discard", "page"):
        values[f"desk-counter-{name}.draft_id"] = str(people.counter_draft.pk)
    return values

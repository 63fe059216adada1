"""Who may do what: one row for each address of both sites. An address without a row fails.

A row says for each method who is answered; everybody else gets what the class of access says, a
stranger always 404. A new address needs one line here: its name, its methods with their class of
access, and, where its parameters mean something else than usual, which thing stands for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tests.crawl.people import Person


class Expect(StrEnum):
    """What somebody gets who asks."""

    GRANTED = "answered"
    REFUSED = "answered, nothing done"
    IN_COURSE = "answered, or to where one proves who one is first"
    SIGN_IN = "to the sign-in page"
    OPEN_DESK = "to the page that opens the desk"
    SECOND_FACTOR = "to the second factor"
    MISSING = "404"
    NOT_ALLOWED = "405"


class Relation(StrEnum):
    """Whose the thing in the address is, seen from who asks."""

    OWN = "own"
    OTHERS = "another's of this commune"
    FOREIGN = "another commune's"


Access = Callable[[Person, Relation, str], Expect]


def public(person: Person, relation: Relation, site: str) -> Expect:
    """Everybody; what is another commune's is not here, or not understood."""
    return Expect.REFUSED if relation is Relation.FOREIGN else Expect.GRANTED


def signed_in(person: Person, relation: Relation, site: str) -> Expect:
    """Everybody who has signed in, about themselves."""
    return Expect.SIGN_IN if person.is_unknown else Expect.GRANTED


def in_course(person: Person, relation: Relation, site: str) -> Expect:
    """A page in the middle of signing in, up or of a reset: alone it leads to the beginning."""
    return Expect.IN_COURSE


def proven(person: Person, relation: Relation, site: str) -> Expect:
    """Who has signed in and shown a moment ago that it is they."""
    return Expect.SIGN_IN if person.is_unknown else Expect.IN_COURSE


def own(person: Person, relation: Relation, site: str) -> Expect:
    """Whose it is, and nobody else."""
    if person.is_unknown:
        return Expect.SIGN_IN
    return Expect.GRANTED if relation is Relation.OWN else Expect.MISSING


def desk(
    *roles: str,
    others: Expect = Expect.REFUSED,
    own_only: bool = False,
    support: bool = False,
) -> Access:
    """Officials of the commune at an open desk, of these roles (none named: of any).

    With `support` also an operator who was given access to this commune for a while.
    """

    def access(person: Person, relation: Relation, site: str) -> Expect:
        if person.is_unknown:
            return Expect.SIGN_IN
        if person.kind == "supporter" and person.commune == site and support:
            return Expect.MISSING if relation is Relation.FOREIGN else Expect.GRANTED
        if person.official is None or person.commune != site or person.kind == "gone":
            return Expect.MISSING
        if person.kind != "official":
            return Expect.OPEN_DESK
        if roles and person.role not in roles and others is Expect.MISSING:
            return others
        if relation is Relation.FOREIGN or (own_only and relation is not Relation.OWN):
            return Expect.MISSING
        return others if roles and person.role not in roles else Expect.GRANTED

    return access


def opens_desk(person: Person, relation: Relation, site: str) -> Expect:
    """Officials of the commune who have just shown the second factor; nobody here has."""
    if person.is_unknown:
        return Expect.SIGN_IN
    here = person.official is not None and person.commune == site and person.kind != "gone"
    return Expect.SECOND_FACTOR if here else Expect.MISSING


def sees_opening(person: Person, relation: Relation, site: str) -> Expect:
    """The same page read; it leads on where the desk is open already."""
    is_open = person.kind == "official" and person.commune == site
    return Expect.GRANTED if is_open else opens_desk(person, relation, site)


def operator(person: Person, relation: Relation, site: str) -> Expect:
    """Operators who have shown their second factor; others never learn that there are any."""
    if person.is_unknown:
        return Expect.SIGN_IN
    if person.kind in ("bare", "supporter"):
        return Expect.SECOND_FACTOR
    return Expect.GRANTED if person.kind == "operator" else Expect.MISSING


def supporter(person: Person, relation: Relation, site: str) -> Expect:
    """The operator whose access to this commune it is."""
    if person.is_unknown:
        return Expect.SIGN_IN
    mine = person.kind == "supporter" and person.commune == site
    return Expect.GRANTED if mine else Expect.MISSING


def opens_support(person: Person, relation: Relation, site: str) -> Expect:
    """The same, who shows the second factor first."""
    access = supporter(person, relation, site)
    return Expect.SECOND_FACTOR if access is Expect.GRANTED else access


def ends_support(person: Person, relation: Relation, site: str) -> Expect:
    """That operator, and the commune's administrators."""
    own_access = supporter(person, relation, site)
    return own_access if own_access is Expect.GRANTED else ADMINISTERS(person, relation, site)


def device(kind: str) -> Access:
    """A machine in the commune's hall that was made one of this kind; nobody else at all."""

    def access(person: Person, relation: Relation, site: str) -> Expect:
        mine = person.kind == kind and person.commune == site
        return Expect.GRANTED if mine and relation is not Relation.FOREIGN else Expect.MISSING

    return access


ANY_DESK = desk()
READS_CASES = desk(support=True)
ADMINISTERS = desk("administrator", others=Expect.MISSING)
READS_LOG = desk("administrator", "leader", others=Expect.MISSING)
DELEGATES = desk("administrator", "leader", "head", others=Expect.MISSING)
OVERSEES = desk("leader", "head", "administrator", others=Expect.MISSING)
TAKES_DOWN = desk("reception", "leader", "head", "administrator", others=Expect.MISSING)
ASSIGNS = desk("administrator", "head")
OWN_VIEW = desk(own_only=True)
COUNTER = desk("reception", others=Expect.MISSING)
ARRANGES = desk("administrator", "head", others=Expect.MISSING)
KIOSK, SCREEN = device("kiosk"), device("screen")
READS_REGISTER = desk("reception", "clerk", "leader", others=Expect.MISSING)
COUNTER_FORM = desk("reception", others=Expect.MISSING, own_only=True)
RECEIVES = desk("reception")
WORKS = desk("specialist", "head")
DECIDES = desk("leader")
FINISHES = desk("clerk")
HANDS_OVER = desk("reception", "clerk")
COLLECTS = desk("reception", "clerk", others=Expect.MISSING)
SEES_MONEY = desk("reception", "clerk", "leader", "administrator", others=Expect.MISSING)


@dataclass(frozen=True)
class Row:
    """One address: its methods with who may use them, and what stands in it."""

    methods: Mapping[str, Access]
    given: Mapping[str, str] = field(default_factory=dict)
    # Of the central site: that the page looks into communes, each by itself.
    enters_communes: bool = False
    # A library's view, which answers other methods too, as it answers these.
    any_method: bool = False
    # The library answers 403 to who has nothing to prove themselves with.
    forbids: bool = False
    # What is sent, where an empty form leads nowhere.
    data: Mapping[str, str] = field(default_factory=dict)


def reads(access: Access, **given: str) -> Row:
    """A page that is only read."""
    return Row({"GET": access}, given)


def sends(access: Access, **given: str) -> Row:
    """An address that is only sent to."""
    return Row({"POST": access}, given)


def form(access: Access, **given: str) -> Row:
    """A page with a form that is sent to the same address."""
    return Row({"GET": access, "POST": access}, given)


def librarys(*methods: str, access: Access = public) -> Row:
    """A page of the library of accounts."""
    return Row(dict.fromkeys(methods, access), any_method=True)


BOTH: dict[str, Row] = {
    "healthz": reads(public),
    "readyz": reads(public),
    "set_language": Row({"POST": public}),
    "verify": reads(public),
    "track": form(public),
    "commune-data": reads(public),
    "procedures": reads(public),
    "home": reads(public),
}

CENTRAL: dict[str, Row] = BOTH | {
    "verify-code": reads(public, code="verification"),
    "commune-list": reads(public),
    "commune-list-province": reads(public),
    "my-cases": reads(signed_in),
    # ── One's own data ───────────────────────────────────────────────────
    "profile": reads(signed_in),
    "profile-correct": form(signed_in),
    "profile-consent": form(signed_in),
    "profile-notices": reads(signed_in),
    "profile-notice-ways": form(signed_in),
    "profile-download": reads(proven),
    "profile-json": sends(proven),
    "profile-pdf": sends(proven),
    "profile-closing": form(proven),
    "profile-closing-undo": sends(signed_in),
    # ── Accounts ─────────────────────────────────────────────────────────
    "account_invitation": form(public),
    "account_login": librarys("GET", "POST"),
    "account_signup": librarys("GET", "POST"),
    "account_logout": librarys("GET", "POST"),
    "account_inactive": librarys("GET"),
    "account_signup_code": librarys("GET", "POST", access=in_course),
    "account_sign_in_code": librarys("GET", "POST", access=in_course),
    "account_reauthenticate": Row({"GET": proven, "POST": proven}, any_method=True, forbids=True),
    "account_change_phone": librarys("GET", "POST", access=proven),
    "account_verify_phone": librarys("GET", "POST", access=proven),
    "account_change_email": librarys("GET", "POST", access=proven),
    "account_email_verification_sent": librarys("GET", "POST", access=in_course),
    "account_reset_password": librarys("GET", "POST"),
    "account_confirm_password_reset_code": librarys("GET", "POST", access=in_course),
    "account_complete_password_reset": librarys("GET", "POST", access=in_course),
    "account_password_reset_completed": librarys("GET"),
    "account_change_password": librarys("GET", "POST", access=signed_in),
    "account_set_password": librarys("GET", "POST", access=signed_in),
    # ── Second factor, open sessions ─────────────────────────────────────
    "mfa_index": reads(signed_in),
    "mfa_authenticate": Row({"GET": in_course, "POST": in_course}, any_method=True),
    "second_factor": form(proven),
    "second_factor_app": form(proven),
    "second_factor_passkey": form(proven),
    "second_factor_codes": sends(proven),
    "second_factor_remove": form(proven, pk="factor"),
    "usersessions_list": reads(signed_in),
    "usersessions_end_others": sends(signed_in),
    "usersessions_end": sends(own, pk="session"),
    "usersessions_close_desk": sends(signed_in, pk="desk"),
    # ── VNeID and the national portal ────────────────────────────────────
    "account_identity": reads(signed_in),
    "account_identity_first_time": form(in_course),
    "openid_connect_login": sends(in_course),
    "openid_connect_callback": reads(in_course),
    # ── Operators ────────────────────────────────────────────────────────
    "operator-communes": reads(operator),
    "operator-fleet": reads(operator),
    "operator-log": reads(operator),
    "operator-commune": reads(operator, code="commune"),
    "operator-suspend": sends(operator, code="commune"),
    "operator-resume": sends(operator, code="commune"),
    "operator-support": sends(operator, code="commune"),
    "operator-onboarding": reads(operator),
    "operator-create-batch": Row({"POST": operator}, data={"tinh": "04"}),
    "operator-batch": reads(operator),
    "operator-batch-now": reads(operator),
    "operator-retry-batch": sends(operator),
    "operator-failed-jobs": reads(operator),
    "operator-retry-jobs": sends(operator),
}

COMMUNE: dict[str, Row] = BOTH | {
    "layout-style": reads(public),
    "verify-code": reads(public, code="verification"),
    "date-words": reads(public),
    "procedure": reads(public),
    "draft-start": sends(signed_in),
    # ── One's own forms and cases ────────────────────────────────────────
    "draft": reads(own),
    "draft-page": form(own),
    "draft-papers": form(own),
    "draft-paper": reads(own, attachment_id="draft_paper"),
    "draft-review": form(own),
    "draft-discard": sends(own),
    "my-case": reads(own),
    "my-case-supplement": form(own, code="asked"),
    "my-case-withdraw": form(own),
    "my-case-pay": reads(own),
    "my-case-pay-by": sends(own),
    "my-case-paid": reads(own),
    "my-case-result": form(own, code="ready"),
    "my-case-document": reads(own, code="ready", document_id="slip"),
    "my-case-paper": reads(own),
    "my-case-data": reads(own),
    "my-case-rate": form(own),
    "petitions": form(signed_in),
    "petition": reads(own, code="petition"),
    "petition-judge": sends(own, code="petition"),
    # ── The desk ─────────────────────────────────────────────────────────
    "desk-open": Row({"GET": sees_opening, "POST": opens_desk}),
    "desk-close": sends(signed_in),
    "desk-list": reads(READS_CASES),
    "desk-find": sends(ANY_DESK),
    "desk-bulk": sends(ANY_DESK),
    "desk-views": form(ANY_DESK),
    "desk-view-rename": sends(OWN_VIEW),
    "desk-view-delete": sends(OWN_VIEW),
    "desk-assign": form(ASSIGNS),
    "desk-guide": reads(ANY_DESK),
    "desk-notices": reads(ANY_DESK),
    "desk-notice-resend": sends(ANY_DESK, delivery_id="delivery"),
    "desk-case": reads(READS_CASES),
    "desk-paper": reads(READS_CASES),
    "desk-page-picture": reads(READS_CASES),
    "desk-page-note": sends(ANY_DESK),
    "desk-page-note-remove": sends(ANY_DESK),
    "desk-document": reads(READS_CASES, code="ready", document_id="document"),
    "desk-slips": reads(ANY_DESK),
    "desk-document-page": reads(ANY_DESK, code="ready", document_id="document"),
    "desk-print-again": sends(ANY_DESK, code="ready", document_id="document"),
    "desk-control-slip": reads(ANY_DESK),
    "desk-control-print": sends(ANY_DESK),
    "desk-register": reads(READS_REGISTER),
    "desk-register-print": sends(READS_REGISTER),
    "desk-register-whole": reads(READS_REGISTER),
    "desk-register-save": reads(READS_REGISTER),
    "desk-register-book": reads(READS_REGISTER, document_id="book"),
    "desk-numbers": sends(ANY_DESK),
    "desk-accept": sends(RECEIVES),
    "desk-supplement": form(RECEIVES),
    "desk-refuse": form(RECEIVES),
    "desk-answer": form(RECEIVES, code="asked"),
    "desk-take": sends(WORKS),
    "desk-examine": form(WORKS),
    "desk-send-back": form(DECIDES, code="decision"),
    "desk-approve": form(DECIDES, code="decision"),
    "desk-reject": form(DECIDES, code="decision"),
    "desk-preview": reads(ANY_DESK, code="decision"),
    "desk-release": sends(FINISHES),
    "desk-hand-over": form(HANDS_OVER, code="ready"),
    "desk-send-by-post": form(HANDS_OVER, code="ready"),
    "desk-signature": reads(READS_CASES, code="signed"),
    # ── Moves that part from the usual way ───────────────────────────────
    "desk-require-payment": form(WORKS, code="referred"),
    "desk-confirm-payment": form(RECEIVES),
    "desk-refer": form(WORKS, code="referred"),
    "desk-referral-answer": form(WORKS, code="referred"),
    "desk-referral-withdraw": sends(WORKS, code="referred"),
    "desk-propose-stop": form(WORKS, code="referred"),
    "desk-stop": form(DECIDES, code="referred"),
    "desk-decline-proposal": form(DECIDES, code="referred"),
    "desk-ask-withdrawal": form(RECEIVES, code="referred"),
    "desk-agree-withdrawal": form(DECIDES, code="referred"),
    "desk-decline-withdrawal": form(DECIDES, code="referred"),
    # ── More time, the working calendar ──────────────────────────────────
    "desk-propose-extension": form(WORKS),
    "desk-extend": form(DECIDES),
    "desk-calendar": reads(ADMINISTERS),
    "desk-calendar-declare": sends(ADMINISTERS),
    "desk-calendar-remove": sends(ADMINISTERS),
    "desk-calendar-hours": sends(ADMINISTERS),
    "desk-calendar-drop-hours": sends(ADMINISTERS),
    # ── Operators who were given access for a while ──────────────────────
    "support-desk": Row({"GET": supporter, "POST": opens_support}),
    "support-end": sends(ends_support),
    # ── The commune's organisation ───────────────────────────────────────
    "organisation": reads(ADMINISTERS),
    "organisation-official": form(ADMINISTERS),
    "organisation-leaving": form(ADMINISTERS),
    "organisation-returning": sends(ADMINISTERS),
    "organisation-departments": form(ADMINISTERS),
    "organisation-rename": sends(ADMINISTERS),
    "organisation-move": sends(ADMINISTERS),
    "organisation-remove": sends(ADMINISTERS),
    "organisation-invitations": form(ADMINISTERS),
    "organisation-resend": sends(ADMINISTERS),
    "organisation-withdraw": sends(ADMINISTERS),
    # Whoever holds the link; the library of answers says 403 to who has not the invited contact.
    "organisation-accept": Row(
        {"GET": signed_in, "POST": signed_in}, {"token": "link"}, forbids=True
    ),
    "organisation-delegations": form(ANY_DESK),
    "organisation-end-delegation": sends(DELEGATES),
    "organisation-log": reads(READS_LOG),
    "organisation-log-export": reads(READS_LOG),
    # ── What people say ──────────────────────────────────────────────────
    "desk-petitions": reads(ANY_DESK),
    "desk-petition-new": form(TAKES_DOWN),
    "desk-petition": form(OVERSEES, code="petition"),
    "desk-petition-assign": sends(OVERSEES, code="petition"),
    "desk-ratings": reads(OVERSEES),
    # ── The cash desk ────────────────────────────────────────────────────
    "vnpay-notice": Row({"GET": public}),
    "desk-fees": reads(ANY_DESK),
    "desk-fees-cash": sends(HANDS_OVER),
    "desk-fees-transfer": sends(HANDS_OVER),
    "desk-fees-waive": sends(HANDS_OVER),
    "desk-fees-refund": sends(HANDS_OVER),
    "desk-refund-settle": sends(HANDS_OVER, code="ready"),
    "desk-collecting": reads(SEES_MONEY),
    "desk-collecting-close": sends(COLLECTS),
    "desk-collecting-save": reads(SEES_MONEY),
    "desk-collecting-report": reads(SEES_MONEY),
    "desk-receiver": form(READS_LOG),
    "desk-statements": Row({"GET": SEES_MONEY, "POST": COLLECTS}),
    "desk-statement": reads(SEES_MONEY),
    "desk-statement-columns": sends(COLLECTS),
    "desk-statement-confirm": sends(COLLECTS),
    "desk-line-book": sends(COLLECTS),
    "desk-line-undo": sends(COLLECTS),
    # ── The counter ──────────────────────────────────────────────────────
    "desk-counter": reads(COUNTER),
    "desk-counter-start": sends(COUNTER),
    "desk-counter-resume": reads(COUNTER_FORM),
    "desk-counter-papers": form(COUNTER_FORM),
    "desk-counter-review": form(COUNTER_FORM),
    "desk-counter-discard": sends(COUNTER_FORM),
    "desk-counter-page": form(COUNTER_FORM),
    "desk-counter-confirm": form(COUNTER_FORM),
    "desk-counter-confirm-state": reads(COUNTER_FORM),
    # ── The hall ─────────────────────────────────────────────────────────
    "desk-add-paper": form(ANY_DESK),
    "desk-window": reads(COUNTER),
    "desk-window-sit": sends(COUNTER),
    "desk-window-leave": sends(COUNTER),
    "desk-window-call": sends(COUNTER),
    "desk-ticket": reads(COUNTER),
    "desk-ticket-filing": sends(COUNTER),
    "desk-ticket-act": sends(COUNTER),
    "desk-hall": reads(COUNTER),
    "desk-hall-give": sends(COUNTER),
    "desk-appointments": reads(COUNTER),
    "desk-appointment-receive": sends(COUNTER),
    "desk-appointment-mark": sends(COUNTER),
    "desk-plans": form(ARRANGES),
    "desk-plan-remove": sends(ARRANGES),
    "desk-arrange": form(ARRANGES),
    "desk-line": sends(ARRANGES, line_id="hall_line"),
    "desk-window-change": sends(ARRANGES),
    "desk-devices": form(ARRANGES),
    "desk-device-revoke": sends(ARRANGES),
    "appointments": reads(public),
    "appointment-book": Row({"GET": public, "POST": signed_in}),
    "appointment": reads(own),
    "appointment-cancel": sends(own),
    # Whoever holds the link, which is shown to one person for a quarter of an hour.
    "confirm": form(public, token="confirm_token"),
    "kiosk": reads(KIOSK),
    "kiosk-take": sends(KIOSK),
    "kiosk-appointment": form(KIOSK),
    "kiosk-case": form(KIOSK),
    "kiosk-ticket": reads(KIOSK),
    "kiosk-line": reads(KIOSK),
    "screen": reads(SCREEN),
    "screen-calls": reads(SCREEN),
}

# Classes that make no difference between officials, and who is asked for all of them.
ALIKE: tuple[tuple[frozenset[Access], tuple[str, ...]], ...] = (
    (
        frozenset({public, signed_in, in_course, proven}),
        ("one", "reception", "stranger", "operator"),
    ),
    (frozenset({own}), ("one", "two", "reception", "stranger", "operator", "supporter")),
    (frozenset({operator}), ("one", "administrator", "operator", "bare", "supporter")),
)

TABLE: dict[str, dict[str, Row]] = {"central": CENTRAL, "commune": COMMUNE}

# What stands for a parameter where a row says nothing else: a thing of the world, by its name.
USUAL: dict[str, str] = {
    "draft_id": "draft",
    "attachment_id": "case_paper",
    "document_id": "document",
    "note_id": "note",
    "code": "case",
    "token": "token",
    "batch_id": "batch",
    "official_id": "official",
    "view_id": "view",
    "support_id": "support",
    "department_id": "department",
    "invitation_id": "invitation",
    "delegation_id": "delegation",
    "referral_id": "referral",
    "refund_id": "refund",
    "statement_id": "statement",
    "bank_line_id": "bank_line",
    "report_id": "day_report",
    "ticket_id": "ticket",
    "window_id": "window",
    "plan_id": "plan",
    "device_id": "device",
    "appointment_id": "appointment",
}
# These do not belong to anybody.
COMMON: dict[str, str] = {
    "template": "receipt_slip",
    "day": "2025-07-01",
    "procedure_code": "2.000908",
    "province_code": "01",
    "page_key": "requester",
    "format": "csv",
    "page": "1",
    "size": "doc",
    "provider_id": "vneid",
    "gateway": "vnpay",
    "letter": "A",
    "what": "goi-lai",
}
# Forms at the counter are another thing than those of citizens.
OF_COUNTER: dict[str, str] = {"draft_id": "counter_draft"}


def thing_of(name: str, row: Row, parameter: str) -> str:
    """Which thing stands for a parameter of this address; empty when it is nobody's."""
    if parameter in row.given:
        return row.given[parameter]
    if parameter in COMMON:
        return ""
    if name.startswith("desk-counter") and parameter in OF_COUNTER:
        return OF_COUNTER[parameter]
    return USUAL[parameter]

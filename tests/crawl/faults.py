"""Planted faults: each takes one defence out, and the engine must notice.

A fault names the threat of the threat table it belongs to and where it should be noticed: a part
of the role matrix (addresses whose names begin so), or checks by name. `hole()` is how the defence
is taken out, in this process and for as long as the context lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from tests.crawl.replacing import everywhere, swapped


@dataclass(frozen=True)
class Fault:
    """One defence taken out. `matrix` are beginnings of addresses' names, `checks` names."""

    name: str
    threat: int
    hole: Callable[[], AbstractContextManager[None]]
    matrix: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


FAULTS: list[Fault] = []
_Hole = Callable[[], Iterator[None]]


def fault(threat: int, *checks: str, matrix: tuple[str, ...] = ()) -> Callable[[_Hole], _Hole]:
    """Add a fault; the function's name is its name."""

    def add(hole: _Hole) -> _Hole:
        FAULTS.append(Fault(hole.__name__, threat, contextmanager(hole), matrix, checks))
        return hole

    return add


# ── 5: cookies and sessions across communes ──────────────────────────────
@fault(5, "desk_belongs_to_its_commune")
def desk_is_not_compared_with_its_commune() -> Iterator[None]:
    from tenants.accounts import desk_cookie
    from tenants.accounts.models import DeskSession

    def find(desk_id: Any, *, account_id: Any, commune_code: str) -> Any:
        return DeskSession.objects.filter(pk=desk_id, account_id=account_id).first()

    with (
        swapped(desk_cookie, "find_open_desk", find),
        swapped(desk_cookie, "_salt", lambda commune_code: "desk"),
    ):
        yield


@fault(5, "desk_belongs_to_its_account")
def desk_is_not_compared_with_its_account() -> Iterator[None]:
    from tenants.accounts import desk_cookie
    from tenants.accounts.models import DeskSession

    def find(desk_id: Any, *, account_id: Any, commune_code: str) -> Any:
        return DeskSession.objects.filter(pk=desk_id, commune_code=commune_code).first()

    with swapped(desk_cookie, "find_open_desk", find):
        yield


@fault(5, "cookies_are_kept_to_their_host")
def desk_cookie_for_every_host() -> Iterator[None]:
    from django.http import HttpResponse

    real = HttpResponse.set_signed_cookie

    def wide(self: Any, key: str, value: str, salt: str = "", **more: Any) -> None:
        real(self, key, value, salt, **{**more, "domain": settings.BASE_DOMAIN})

    with swapped(HttpResponse, "set_signed_cookie", wide):
        yield


@fault(5, matrix=("desk-list", "desk-case", "desk-accept"))
def desk_pages_without_a_desk() -> Iterator[None]:
    from tenants.accounts.models import DeskSession
    from tenants.organisation import desk_access

    def any_desk(request: Any, account: Any, commune_code: str) -> Any:
        return DeskSession(account_id=account.pk, commune_code=commune_code)

    with (
        swapped(desk_access, "desk_of", any_desk),
        swapped(desk_access, "note_seen", lambda desk: None),
    ):
        yield


# ── 6: tokens ────────────────────────────────────────────────────────────
@fault(6, "invitations_are_signed_for_it")
def invitation_without_its_salt() -> Iterator[None]:
    from tenants.accounts import invitation

    with swapped(invitation, "_SALT", "accounts.reset"):
        yield


@fault(6, "desk_cookie_is_signed_for_its_place")
def desk_key_without_its_commune() -> Iterator[None]:
    from tenants.accounts import desk_cookie

    with swapped(desk_cookie, "_salt", lambda commune_code: "desk"):
        yield


# ── 10: files ────────────────────────────────────────────────────────────
@fault(10, "files_lie_in_their_communes_folder")
def files_are_found_in_every_folder() -> Iterator[None]:
    from documents.files import storing
    from tenants.communes.store import stored_path

    with swapped(storing, "path_of", lambda key: stored_path("00008", str(key))):
        yield


@fault(10, matrix=("my-case-paper", "draft-paper", "desk-paper"))
def papers_without_their_owner() -> Iterator[None]:
    from django.http import Http404

    from services.cases import access
    from services.cases.models import Attachment

    def any_paper(owner: Any, attachment_id: Any) -> Any:
        paper = Attachment.objects.select_related("file").filter(pk=attachment_id).first()
        if paper is None:
            raise Http404
        return paper

    def any_case(account: Any, code: str) -> Any:
        return access.get_case_for_official(_Active(), code)

    with (
        everywhere(access.get_attachment, any_paper),
        everywhere(access.get_case_for_applicant, any_case),
    ):
        yield


class _Active:
    active = True

    def __getattr__(self, name: str) -> Any:
        return ""


# ── 11: fetching is access ───────────────────────────────────────────────
@fault(11, matrix=("my-case",))
def cases_of_everybody() -> Iterator[None]:
    from django.http import Http404

    from services.cases import access
    from services.cases.models import Case

    def any_case(account: Any, code: str) -> Case:
        case = Case.objects.filter(code=code.upper()).first()
        if case is None:
            raise Http404
        return case

    with everywhere(access.get_case_for_applicant, any_case):
        yield


@fault(11, matrix=("draft",))
def forms_of_everybody() -> Iterator[None]:
    from django.http import Http404

    from services.cases import access
    from services.cases.models import Draft

    def any_draft(account: Any, draft_id: Any) -> Draft:
        draft = Draft.objects.filter(pk=draft_id).first()
        if draft is None:
            raise Http404
        return draft

    with everywhere(access.get_draft_for_applicant, any_draft):
        yield


@fault(11, matrix=("desk-counter",))
def forms_of_every_colleague() -> Iterator[None]:
    from django.http import Http404

    from services.cases import access
    from services.cases.models import Draft

    def any_draft(official: Any, draft_id: Any) -> Draft:
        draft = Draft.objects.filter(pk=draft_id).first()
        if draft is None:
            raise Http404
        return draft

    with everywhere(access.get_draft_for_official, any_draft):
        yield


@fault(11, matrix=("my-case", "draft"))
def forbidden_instead_of_missing() -> Iterator[None]:
    from django.core.exceptions import PermissionDenied

    from services.cases import access

    def told(account: Any, key: Any) -> Any:
        raise PermissionDenied

    with (
        everywhere(access.get_case_for_applicant, told),
        everywhere(access.get_draft_for_applicant, told),
    ):
        yield


@fault(11, "a_case_is_not_found_by_its_code_alone")
def tracking_by_code_alone() -> Iterator[None]:
    from services.tracking import tracking
    from services.tracking.models import TrackedCase

    def by_code(*, code: str, national_id: str) -> Any:
        return TrackedCase.objects.filter(code=code.strip().upper()).first()

    with everywhere(tracking.find_tracked, by_code):
        yield


@fault(11, matrix=("my-cases",))
def cases_of_all_accounts_in_ones_list() -> Iterator[None]:
    from services.tracking import tracking
    from services.tracking.models import TrackedCase

    def of_all(account_id: Any, limit: int = 100) -> list[TrackedCase]:
        return list(TrackedCase.objects.all()[:limit])

    with everywhere(tracking.cases_of_account, of_all):
        yield


@fault(11, matrix=("desk-list", "desk-case"))
def officials_who_left_stay() -> Iterator[None]:
    from tenants.organisation import access
    from tenants.organisation.models import Official

    def ever(account: Any) -> Any:
        official = Official.objects.filter(account_id=account.pk).first()
        if official is not None:
            official.active = True
        return official

    with everywhere(access.find_official, ever):
        yield


@fault(11, matrix=("draft", "my-case", "desk-list"))
def private_pages_without_sign_in() -> Iterator[None]:
    from django.http import HttpResponse

    from citizens.portal import urls_commune

    def open_to_all(request: Any, **_kwargs: Any) -> HttpResponse:
        return HttpResponse("mở")

    open_to_all.login_required = False  # type: ignore[attr-defined]
    pattern = next(one for one in urls_commune.urlpatterns if one.name == "draft")
    with swapped(pattern, "callback", open_to_all):
        yield


@fault(11, matrix=("desk-accept", "desk-release"))
def moves_of_every_role() -> Iterator[None]:
    from services.cases import actions, intake

    def every(case: Any, steps: Any, official: Any) -> list[Any]:
        return [actions.ACCEPT]

    with (
        everywhere(intake.check_role, lambda case, official, *more, **named: official),
        everywhere(actions.actions_for, every),
        _every_page_is_fresh(),
    ):
        yield


@contextmanager
def _every_page_is_fresh() -> Iterator[None]:
    from services.cases.lifecycle import seen_token
    from services.desk.views import common

    real_seen = common.seen_by
    with (
        everywhere(real_seen, lambda request: ""),
        everywhere(common.is_fresh, lambda request, case: bool(seen_token(case))),
    ):
        yield


# ── 12, 13: operators, second factor ─────────────────────────────────────
@fault(12, matrix=("operator-communes", "operator-commune"))
def operators_pages_for_everybody() -> Iterator[None]:
    from tenants.accounts.models import Account
    from tenants.console import access

    # Everybody counts as an operator, and the pages as open.
    with (
        swapped(Account, "is_operator", property(lambda self: True, lambda self, value: None)),
        swapped(access, "desk_of", lambda request, account, place: object()),
        swapped(access, "note_seen", lambda desk: None),
    ):
        yield


@fault(12, "support_ends")
def support_never_ends() -> Iterator[None]:
    from tenants.organisation import support

    real = support._lasting

    def lasting(events: list[Any]) -> list[Any]:
        return real([event for event in events if event.verb != support.ENDED])

    with swapped(support, "_lasting", lasting):
        yield


@fault(6, "links_are_signed_for_their_commune")
def links_without_their_commune() -> Iterator[None]:
    from tenants.organisation import invitations

    with swapped(invitations, "_salt", lambda code: "organisation.invitation"):
        yield


@fault(16, "sight_of_a_number_is_written_down")
def sights_leave_no_trace() -> Iterator[None]:
    from services.desk.views import case

    with everywhere(case.record_number_seen, lambda **named: None):
        yield


@fault(13, "desk_needs_the_second_factor")
def desk_without_the_second_factor() -> Iterator[None]:
    import time

    from tenants.accounts.second_factor import proof

    def always(request: Any, account: Any, *, place: str, life: float = 0) -> Any:
        return proof.Proof(at=time.time(), method="totp")

    with everywhere(proof.use_proof, always), everywhere(proof.find_proof, always):
        yield


@fault(13, "signing_asks_for_the_factor_again")
def signing_without_the_factor_anew() -> Iterator[None]:
    from tenants.accounts import desk

    with everywhere(desk.may_sign_at, lambda desk: True):
        yield


@fault(13, "desk_closes_by_itself", matrix=("desk-list",))
def desks_never_run_out() -> Iterator[None]:
    from tenants.accounts import desk_cookie
    from tenants.accounts.models import DeskSession

    def find(desk_id: Any, *, account_id: Any, commune_code: str) -> Any:
        found = DeskSession.objects.filter(
            pk=desk_id, account_id=account_id, commune_code=commune_code
        )
        return found.first()

    with swapped(desk_cookie, "find_open_desk", find):
        yield

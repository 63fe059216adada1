"""Quick checks of what answers say, of what lies in the store, and of officials and operators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from documents.files.models import StoredFile
from services.cases.models import Case, Draft
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import in_commune
from tenants.history.events import Actor
from tenants.kit.crypto import SealBroken, seal, unseal
from tenants.kit.rows import read_row
from tests.crawl.asking import Question, undone
from tests.crawl.canaries import IDENTITY_NUMBER
from tests.crawl.checks import HERE, THERE, Site, check
from tests.crawl.matrix import SECOND_FACTOR_PAGES
from tests.crawl.people import CENTRE


# ── What answers say and how ─────────────────────────────────────────────
@check
def answers_carry_protections(site: Site) -> Iterator[str]:
    """Every page says which scripts and frames it allows, and that kinds are not guessed."""
    for person, path, at in (
        ("anonymous", "/", CENTRE),
        ("anonymous", "/", HERE),
        (f"{HERE}/one", f"/ho-so/{site.things['case']}/", HERE),
        (f"{HERE}/reception", "/desk/", HERE),
    ):
        answer = site.ask(person, path, at=at)
        policy = answer.headers.get("Content-Security-Policy", "")
        if "default-src" not in policy or "frame-ancestors" not in policy or "unsafe" in policy:
            yield f"{path} has the policy {policy!r}"
        if answer.headers.get("X-Content-Type-Options") != "nosniff":
            yield f"{path} lets browsers guess its kind"
        if "X-Frame-Options" not in answer.headers or "Permissions-Policy" not in answer.headers:
            yield f"{path} says nothing about frames or powers"


@check
def files_are_saved_not_run(site: Site) -> Iterator[str]:
    """A file is sent as what it is, to be saved; the neighbour of its form alone shows it."""
    path = f"/ho-so/{site.things['case']}/giay-to/{site.things['case_paper']}/"
    answer = site.ask(f"{HERE}/one", path)
    if not answer.headers.get("Content-Disposition", "").startswith("attachment"):
        yield "a paper is shown in the page's own place"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "browsers may guess a paper's kind"
    if "no-store" not in answer.headers.get("Cache-Control", ""):
        yield "a paper may be kept by caches"


@check
def personal_pages_are_not_kept(site: Site) -> Iterator[str]:
    """No cache keeps a page about a person."""
    things = site.things
    for person, path, at in (
        (f"{HERE}/one", f"/ho-so/{things['case']}/", HERE),
        (f"{HERE}/one", f"/nop/{things['draft']}/", HERE),
        (f"{HERE}/one", "/ho-so-cua-toi/", CENTRE),
        (f"{HERE}/reception", "/desk/", HERE),
        (f"{HERE}/reception", f"/desk/ho-so/{things['case']}/", HERE),
    ):
        if "no-store" not in site.ask(person, path, at=at).headers.get("Cache-Control", ""):
            yield f"{path} may be kept by caches"


@check
def lists_show_no_numbers(site: Site) -> Iterator[str]:
    """No list shows a whole identity number."""
    for person, path, at in (
        (f"{HERE}/reception", "/desk/", HERE),
        (f"{HERE}/reception", "/desk/tai-quay/", HERE),
        (f"{HERE}/one", "/ho-so-cua-toi/", CENTRE),
        ("operator", "/operator/viec-loi/", CENTRE),
    ):
        answer = site.ask(person, path, at=at)
        shown = set(IDENTITY_NUMBER.findall(answer.text)) & set(site.world.canaries.scopes)
        if answer.status != 200 or shown:
            yield f"{path} shows {sorted(shown)} ({answer.status})"


@check
def a_documents_holder_is_masked(site: Site) -> Iterator[str]:
    """Who checks a paper's code learns the initials of its holder."""
    answer = site.ask("anonymous", f"/kiem-tra/{site.things['verification']}/")
    with in_commune(HERE):
        case = Case.objects.get(code=site.things["ready"])
    words = {word for name in (case.applicant_name, case.subject_name) for word in name.split()}
    names = {word.lower() for word in words if word.lower().startswith("zq")}
    if answer.status != 200 or any(name in answer.text.lower() for name in names):
        yield f"the holder's name is shown ({answer.status})"


@check
def a_case_is_not_found_by_its_code_alone(site: Site) -> Iterator[str]:
    """Following a case takes its code and the applicant's number."""
    data = {"code": site.things["case"], "national_id": "001079999999"}
    answer = site.ask("anonymous", "/tra-cuu/", at=CENTRE, method="POST", data=data)
    if answer.status != 422:
        yield f"a wrong number found the case: {answer.status}"


@check
def typed_text_is_only_text(site: Site) -> Iterator[str]:
    """What somebody typed is never run: not as markup, not as a template."""
    typed = "<script>alert(1)</script>{{ 7|add:35 }}"
    with in_commune(HERE):
        Case.objects.filter(code=site.things["case"]).update(applicant_name=typed)
    for path in ("/desk/", f"/desk/ho-so/{site.things['case']}/"):
        text = site.ask(f"{HERE}/reception", path).body.decode()
        if "<script>alert" in text or "42" in text.partition("alert(1)")[2][:60]:
            yield f"{path} runs what somebody typed"


# ── What lies in the database and the store ──────────────────────────────
@check
def seals_belong_to_their_row(site: Site) -> Iterator[str]:
    """Sealed contents that are moved to another row do not open."""
    with in_commune(HERE):
        first, second = Draft.objects.exclude(account_id=None).order_by("id")[:2]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_draft SET content = (SELECT content FROM cases_draft WHERE id = %s)"
                " WHERE id = %s",
                [first.pk, second.pk],
            )
        try:
            read = read_row(Draft, "a.id = %s", [second.pk])
            if read is not None and read.content == first.content:
                yield "contents were read in another row"
        except SealBroken:
            pass
    try:
        unseal(seal(b"x", context="one"), context="two")
        yield "a seal opened in another context"
    except SealBroken:
        pass


@check
def numbers_lie_sealed(site: Site) -> Iterator[str]:
    """No row of a case or account holds an identity number in clear."""
    person = site.person("one")
    assert person.account is not None
    number = Account.objects.get(pk=person.account.pk).national_id
    statements = {
        "accounts_account": "SELECT string_agg(accounts_account::text, ' ') FROM accounts_account",
        "cases_case": "SELECT string_agg(cases_case::text, ' ') FROM cases_case",
        "jobs_job": "SELECT string_agg(jobs_job::text, ' ') FROM jobs_job",
    }
    known = [one for one in site.world.canaries.scopes if IDENTITY_NUMBER.fullmatch(one)]
    with in_commune(HERE), connection.cursor() as cursor:
        for table, statement in statements.items():
            cursor.execute(statement)
            said = cursor.fetchone()[0] or ""
            found = set(IDENTITY_NUMBER.findall(said)) & {number, *known}
            if found:
                yield f"{table} holds {sorted(found)} in clear"


@check
def files_lie_in_their_communes_folder(site: Site) -> Iterator[str]:
    """A file's key leads to nothing in another commune."""
    from django.http import Http404

    from documents.files.storing import open_stored

    foreign = site.world.files[THERE][0]
    try:
        with in_commune(HERE), open_stored(foreign.pk):
            yield "another commune's file was opened by its key"
    except Http404:
        pass


@check
def quarantined_files_are_not_given(site: Site) -> Iterator[str]:
    """A file that was refused is given to nobody, one that is not checked yet to no official."""
    path = f"/ho-so/{site.things['case']}/giay-to/{site.things['case_paper']}/"
    for state, who, where in (
        (StoredFile.State.QUARANTINED, f"{HERE}/reception", f"/desk{path}"),
        (StoredFile.State.REFUSED, f"{HERE}/reception", f"/desk{path}"),
        (StoredFile.State.REFUSED, f"{HERE}/one", path),
    ):
        with undone():
            with in_commune(HERE):
                StoredFile.objects.update(state=state, refusal="KindRefused")
            if site.ask(who, where).body.startswith(b"%PDF"):
                yield f"{who} got a file that is {state}"


@check
def exports_hold_no_formulas(site: Site) -> Iterator[str]:
    """A text that a spreadsheet would compute is written as text."""
    from tenants.kit.export import export_response

    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        answer = export_response(name="bang", columns=["Cột"], rows=[[text]], format="csv")
        data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        # Not the answer itself: its end would be taken for the end of a request.
        answer.file_to_stream.close()  # type: ignore[attr-defined]
        cells = data.decode("utf-8-sig").split("\r\n", 1)[1]
        if cells.startswith((f'"{text}', text)):
            yield f"{text!r} would be computed"


@check
def tries_are_counted(site: Site) -> Iterator[str]:
    """Whoever guesses passwords is stopped."""
    data = {"login": "nobody@example.vn", "password": "một mật khẩu sai"}
    cache.clear()
    said = []
    for _ in range(25):
        # One after the other, so that what is counted is not undone.
        question = Question("POST", settings.BASE_DOMAIN, "/tai-khoan/dang-nhap/", data=data)
        answer = site.asker.ask(question, keep=True)
        said.append((answer.status, len(answer.body)))
    cache.clear()
    if len(set(said)) == 1:
        yield "25 wrong passwords were all heard"


# ── What was added for officials and operators ───────────────────────────
@check
def support_ends(site: Site) -> Iterator[str]:
    """An operator whose access to the commune has ended sees nothing of it."""
    from tenants.fleet.support import end_support
    from tenants.history.events import events_of

    support = UUID(site.things["support"])
    if site.ask("supporter", "/desk/").status != 200:
        yield "an access that lasts shows nothing"
    desk = DeskSession.objects.get(support_id=support)
    with in_commune(HERE):
        end_support(support_id=support, actor=Actor.system())
        if events_of(support).count() < 2:
            yield "the commune does not read of it"
    # As if the row of the desk had been forgotten there.
    DeskSession.objects.bulk_create([desk])
    if site.ask("supporter", "/desk/").status == 200:
        yield "an access that has ended shows the desk"


@check
def sight_of_a_number_is_written_down(site: Site) -> Iterator[str]:
    """Whoever asks for a whole identity number leaves a trace."""
    path = f"/desk/ho-so/{site.things['case']}/so-dinh-danh/"
    answer = site.ask(f"{HERE}/reception", path, method="POST", data={})
    if not answer.writes.get(site.world.communes[HERE].schema_name):
        yield f"nothing was written down ({answer.status})"


@check
def links_are_signed_for_their_commune(site: Site) -> Iterator[str]:
    """A link signed without the commune, or for another one, invites to no post."""
    from django.core import signing

    payload = signing.loads(
        site.things["link"], salt=f"organisation.invitation:{HERE}", max_age=None
    )
    for salt in ("organisation.invitation", f"organisation.invitation:{THERE}"):
        token = signing.dumps(payload, salt=salt)
        answer = site.ask("stranger", f"/desk/to-chuc/loi-moi/{token}/")
        if answer.status != 404:
            yield f"a link with the salt {salt} was read ({answer.status})"


@check
def signing_asks_for_the_factor_again(site: Site) -> Iterator[str]:
    """A leader whose second factor was shown this morning shows it again before signing."""
    leader = site.person("leader")
    assert leader.account is not None
    desk = DeskSession.objects.get(account_id=leader.account.pk)
    assert desk.second_factor_at is not None
    desk.second_factor_at -= timedelta(hours=4)
    desk.save()
    for move in ("ky-duyet", "khong-chap-thuan"):
        path = f"/desk/ho-so/{site.things['decision']}/{move}/"
        answer = site.ask(leader.key, path, method="POST", data={})
        if not answer.place.startswith(SECOND_FACTOR_PAGES):
            yield f"{move} did not ask for the second factor ({answer.status})"

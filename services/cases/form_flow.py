"""The way through a form: which page comes next, which papers are asked, what review shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.crypto import salted_hmac

from services.cases.drafts import attachments_of, given_papers, refused_papers
from services.cases.models import Attachment, Draft
from services.catalogue.fees import fee_lines
from services.catalogue.forms.checks import check_all
from services.catalogue.forms.pages import must_upload, required_papers, visible_pages
from services.catalogue.forms.summary import summary
from services.catalogue.registry import get_version
from services.catalogue.schema import PageSpec
from tenants.communes.current import current_commune

PAPERS = "giay-to"


def task_list(draft: Draft, channel: str) -> dict[str, Any]:
    """The parts of a form with their states (``done | now | todo``), and where to go on.

    ``groups`` are headings with their sections; a section is done when all its pages are.
    """
    definition = get_version(draft.procedure_code, draft.procedure_version)
    pages = visible_pages(definition, draft.answers)
    done, typed = set(draft.content.get("done", [])), draft.content.get("typed", {})
    groups: dict[str, list[dict[str, Any]]] = {}
    for section in definition.sections:
        own = [page for page in pages if definition.section_of[page.key] is section]
        if not own:
            continue
        finished = sum(page.key in done for page in own)
        begun = finished or any(page.key in typed for page in own)
        state = "done" if finished == len(own) else "now" if begun else "todo"
        first = next((page for page in own if page.key not in done), own[0])
        groups.setdefault(section.group or "", []).append(
            {
                "title": section.title,
                "page": first,
                "state": state,
                "finished": finished,
                "count": len(own),
            }
        )
    items = [item for group in groups.values() for item in group]
    papers = papers_of(draft, channel)
    wrong = [
        item
        for item in papers
        if refused_papers(item["files"]) or (must_upload(item["paper"]) and not item["files"])
    ]
    papers_state = "done" if PAPERS in done and not wrong else "todo"
    complete = sum(item["state"] == "done" for item in items) + (papers_state == "done")
    return {
        "groups": groups,
        "papers": papers,
        "papers_state": papers_state,
        "complete": complete,
        "count": len(items) + 1,
        "next": next((item for item in items if item["state"] != "done"), None),
        "ready": complete == len(items) + 1,
    }


def page_after(draft: Draft, page_key: str) -> PageSpec | None:
    """The page to go to after this one, as the answers now stand; ``None`` after the last."""
    definition = get_version(draft.procedure_code, draft.procedure_version)
    pages = visible_pages(definition, draft.answers)
    keys = [page.key for page in pages]
    if page_key not in keys:
        return pages[0]
    at = keys.index(page_key) + 1
    return pages[at] if at < len(pages) else None


def typed_on(draft: Draft, page_key: str) -> QueryDict | None:
    """What was last typed on a page that did not pass, to be shown again; else ``None``."""
    typed = draft.content.get("typed", {}).get(page_key)
    if not typed:
        return None
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values if isinstance(values, list) else [values])
    return data


def papers_of(
    draft: Draft, channel: str, given: list[Attachment] | None = None
) -> list[dict[str, Any]]:
    """The papers asked for with the files given: ``{"paper": Paper, "files": [Attachment]}``.

    ``given`` are the draft's files where the caller has them already.
    """
    definition = get_version(draft.procedure_code, draft.procedure_version)
    given = attachments_of(draft.pk) if given is None else given
    return [
        {"paper": paper, "files": [file for file in given if file.paper_key == paper.key]}
        for paper in required_papers(definition, draft.answers, channel=channel)
    ]


def review_of(draft: Draft, channel: str) -> dict[str, Any]:
    """What the review page shows: answers, papers, fees, and what is still missing."""
    definition = get_version(draft.procedure_code, draft.procedure_version)
    today = timezone.localdate()
    given = attachments_of(draft.pk)
    return {
        "sections": summary(definition, draft.answers),
        "papers": papers_of(draft, channel, given),
        "fees": fee_lines(
            definition,
            draft.answers,
            channel=channel,
            filed_on=today,
            province=current_commune().province_code,
        ),
        "problems": check_all(
            definition,
            draft.answers,
            given_papers(given),
            channel=channel,
            filed_on=today,
            commune=current_commune().code,
        )
        + refused_papers(given),
    }


def page_token(draft: Draft, page: PageSpec) -> str:
    """What stands for the kept answers of a page, so that a form can say which ones it showed."""
    kept = json.dumps(_answers_on(page, draft.answers), sort_keys=True, ensure_ascii=False)
    return salted_hmac(
        "draft-page", f"{draft.pk}:{page.key}:{kept}", algorithm="sha256"
    ).hexdigest()


def changed_elsewhere(
    draft: Draft, page: PageSpec, *, seen: str, answers: Mapping[str, Any]
) -> bool:
    """Whether saving these answers would undo others, which the form that was sent did not show.

    The same person may have the same page open in two tabs. A form that does not say what it
    showed is taken as it is.
    """
    if not seen or seen == page_token(draft, page):
        return False
    return _answers_on(page, draft.answers) != _answers_on(page, answers)


def _answers_on(page: PageSpec, answers: Mapping[str, Any]) -> dict[str, Any]:
    keys = [leaf.key for leaf in page.leaves]
    return {key: answers[key] for key in keys if answers.get(key) not in (None, "", [])}

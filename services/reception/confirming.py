"""Filing with help: an official types, the person confirms on their own phone.

The counter shows a code that opens a page of this commune's site on the phone. Its address holds a
random key of which only a digest is kept, in the form itself, sealed like all of it. The key is
good for fifteen minutes, once, and for exactly what the form said when it was made: any later
change of an answer, of a paper or of the number of sheets makes it void.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from services.cases.drafts import DraftGone, attachments_of, lock_draft
from services.cases.filing import case_of_draft, file_case
from services.cases.models import Case, Draft
from services.cases.paper_counts import sets_of, sheets_of, shown_of
from services.cases.states import Channel
from services.reception.errors import ConfirmationVoid
from tenants.accounts.models import Account
from tenants.kit.rows import read_row
from tenants.organisation.models import Official

LASTS = datetime.timedelta(minutes=15)
MOST_REMARK = 500
_KEY_BYTES = 24
_FIELD = "confirmation"


class State(StrEnum):
    """How far a confirmation is."""

    NONE = "none"
    ASKED = "asked"
    EXPIRED = "expired"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True)
class Confirmation:
    """What the counter knows of a confirmation; ``how`` is what the history keeps of it."""

    state: State
    expires_at: datetime.datetime | None = None
    answered_at: datetime.datetime | None = None
    remark: str = ""
    who: str = ""
    device: str = ""
    how: dict[str, Any] | None = None


@transaction.atomic
def ask_confirmation(*, draft: Draft, sent_to: str = "") -> tuple[Draft, str]:
    """Make a key for what the form says now, in place of an earlier one.

    ``sent_to`` is the masked number to which the link goes. Returns the draft and the token of
    the address, which is kept nowhere. Raises ``DraftGone``.
    """
    locked = lock_draft(draft)
    if locked is None:
        raise DraftGone
    key = secrets.token_bytes(_KEY_BYTES)
    locked.content = {
        **locked.content,
        _FIELD: {
            "key": _digest(key),
            "content": content_digest(locked),
            "expires_at": (timezone.now() + LASTS).isoformat(),
            "state": State.ASKED.value,
            "sent_to": sent_to,
        },
    }
    locked.save(update_fields=["content", "updated_at"])
    return locked, _text_of(locked.pk.bytes + key)


def confirmation_of(draft: Draft) -> Confirmation:
    """How far the confirmation of a form is."""
    kept = draft.content.get(_FIELD)
    if not kept:
        return Confirmation(State.NONE)
    state = State(kept["state"])
    expires_at = datetime.datetime.fromisoformat(kept["expires_at"])
    if state is not State.DECLINED and kept["content"] != content_digest(draft):
        state = State.CHANGED
    elif state is State.ASKED and timezone.now() > expires_at:
        state = State.EXPIRED
    answered = kept.get("answered_at")
    return Confirmation(
        state=state,
        expires_at=expires_at,
        answered_at=datetime.datetime.fromisoformat(answered) if answered else None,
        remark=kept.get("remark", ""),
        who=kept.get("name", ""),
        device=kept.get("device", ""),
        how={
            name: kept[name]
            for name in ("answered_at", "name", "account", "device", "sent_to")
            if kept.get(name)
        },
    )


def find_confirmation(token: str) -> tuple[Draft, Confirmation] | None:
    """The form that a token of an address opens; None where it opens nothing, or no longer."""
    found = read_token(token)
    draft = read_row(Draft, "a.id = %s", [found[0]]) if found else None
    if found is None or draft is None or not _opens(draft, found[1]):
        return None
    return draft, confirmation_of(draft)


@transaction.atomic
def answer_confirmation(
    *,
    token: str,
    confirmed: bool,
    remark: str = "",
    account: Account | None = None,
    device: str = "",
) -> Draft:
    """The person says that it is right, or what is not, once. Raises ``ConfirmationVoid``."""
    found = read_token(token)
    locked = lock_draft(Draft(pk=found[0])) if found else None
    if found is None or locked is None or not _opens(locked, found[1]):
        raise ConfirmationVoid
    if confirmation_of(locked).state is not State.ASKED:
        raise ConfirmationVoid
    answer: dict[str, Any] = {
        "state": (State.CONFIRMED if confirmed else State.DECLINED).value,
        "answered_at": timezone.now().isoformat(),
        "device": device,
        "remark": "" if confirmed else remark[:MOST_REMARK],
    }
    if account is not None:
        answer |= {"account": str(account.pk), "name": account.full_name}
    locked.content = {**locked.content, _FIELD: {**locked.content[_FIELD], **answer}}
    locked.save(update_fields=["content", "updated_at"])
    return locked


@transaction.atomic
def file_confirmed(*, draft: Draft, official: Official, return_way: str = "") -> Case:
    """File what the person confirmed on their phone, unless it was changed since.

    Raises ``ConfirmationVoid``, and what ``file_case`` raises. Sent twice it gives the same case.
    """
    locked = lock_draft(draft)
    if locked is None:
        return case_of_draft(draft)
    found = confirmation_of(locked)
    if found.state is not State.CONFIRMED:
        raise ConfirmationVoid
    return file_case(
        draft=locked,
        declared=True,
        official=official,
        channel=Channel.COUNTER,
        confirmed=found.how,
        return_way=return_way,
    )


def content_digest(draft: Draft) -> str:
    """A digest of all that is filed: answers, papers, and how many sheets were handed in."""
    content = {
        "procedure": [draft.procedure_code, draft.procedure_version],
        "answers": draft.answers,
        "papers": [
            [str(one.pk), one.paper_key, one.copy_kind, str(one.file_id)]
            for one in attachments_of(draft.pk)
        ],
        "sheets": {
            key: [one.original, one.certified, one.copy] for key, one in sheets_of(draft.pk).items()
        },
        "sets": sets_of(draft),
        "shown": shown_of(draft),
    }
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


def _opens(draft: Draft, key: bytes) -> bool:
    kept = draft.content.get(_FIELD) or {}
    return hmac.compare_digest(str(kept.get("key", "")), _digest(key))


def _digest(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def _text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read_token(token: str) -> tuple[UUID, bytes] | None:
    """The form's key and the secret of a token; None for what is none."""
    if len(token) > 80 or not token.isascii():
        return None
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(data) != 16 + _KEY_BYTES:
        return None
    return UUID(bytes=data[:16]), data[16:]

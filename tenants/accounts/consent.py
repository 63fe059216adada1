"""What people agree to about their personal data: the wordings, and who agreed to which, when.

Law 91/2025/QH15 on the protection of personal data, and Decree 356/2025/NĐ-CP under it: consent
is given by an act of the person for a named purpose, never by default or by silence; it can be
proved and withdrawn. Receiving and deciding a case does not rest on consent but on the law that
the procedure is made under, so nobody who declines loses the right to file.

A wording that was published never changes: a correction is a new version above it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tenants.accounts.models import Account, Consent

ACCOUNT = "account"
SMS = "notices_sms"


@dataclass(frozen=True)
class Wording:
    """One version of what is asked for a purpose, in both languages."""

    purpose: str
    version: str
    published_on: datetime.date
    required: bool
    title_vi: str
    title_en: str
    text_vi: str
    text_en: str

    @property
    def title(self) -> str:
        """The purpose in a few words, in the reader's language."""
        return self.title_en if _in_english() else self.title_vi

    @property
    def text(self) -> str:
        """What the person agrees to, in the reader's language."""
        return self.text_en if _in_english() else self.text_vi


# Newest first within a purpose.
WORDINGS: tuple[Wording, ...] = (
    Wording(
        purpose=ACCOUNT,
        version="2026-11-01",
        published_on=datetime.date(2026, 11, 1),
        required=True,
        title_vi="Lập và giữ tài khoản",
        title_en="Making and keeping an account",
        text_vi=(
            "Tôi đồng ý để nền tảng Xã Số lưu và dùng họ tên, số điện thoại, thư điện tử, số định "
            "danh, ngày sinh và nơi ở mà tôi ghi trong tài khoản, để nhận ra tôi khi đăng nhập, "
            "điền sẵn tờ khai và báo tin về hồ sơ của tôi. Tôi xem, sửa, tải về dữ liệu này và "
            "đóng tài khoản được bất cứ lúc nào."
        ),
        text_en=(
            "I agree that the platform Xã Số keeps and uses the name, telephone number, e-mail "
            "address, identity number, date of birth and address that I enter in my account, to "
            "recognise me when I sign in, to fill in forms and to tell me about my cases. I can "
            "see, correct and download this data and close the account at any time."
        ),
    ),
    Wording(
        purpose=SMS,
        version="2026-11-01",
        published_on=datetime.date(2026, 11, 1),
        required=False,
        title_vi="Nhận tin nhắn về hồ sơ",
        title_en="Text messages about cases",
        text_vi=(
            "Tôi đồng ý nhận tin nhắn SMS báo hồ sơ của tôi cần bổ sung hoặc đã có kết quả, gửi "
            "qua doanh nghiệp viễn thông đến số điện thoại trong tài khoản."
        ),
        text_en=(
            "I agree to receive text messages, sent through a telephone company to the number in "
            "my account, when a case of mine needs something or has a result."
        ),
    ),
)


class ConsentNotOptional(Exception):
    """The account itself rests on this consent, so it ends with the account."""

    def __init__(self) -> None:
        super().__init__(
            _("Tài khoản dựa trên sự đồng ý này. Muốn rút lại, anh/chị yêu cầu đóng tài khoản.")
        )


def current_wordings() -> tuple[Wording, ...]:
    """The newest version of every purpose, the required ones first."""
    newest: dict[str, Wording] = {}
    for wording in WORDINGS:
        newest.setdefault(wording.purpose, wording)
    return tuple(sorted(newest.values(), key=lambda one: not one.required))


def current_wording(purpose: str) -> Wording:
    """The newest version of a purpose. Raises KeyError for a purpose that does not exist."""
    for wording in current_wordings():
        if wording.purpose == purpose:
            return wording
    raise KeyError(purpose)


def wording_of(consent: Consent) -> Wording | None:
    """The very words that were agreed to."""
    for wording in WORDINGS:
        if (wording.purpose, wording.version) == (consent.purpose, consent.version):
            return wording
    return None


def consents_of(account_id: UUID) -> list[Consent]:
    """All that a person ever agreed to, newest first, with what was withdrawn."""
    return list(Consent.objects.filter(account_id=account_id).order_by("-given_at", "-id"))


def consented(consents: Iterable[Consent], purpose: str) -> Consent | None:
    """The consent to the newest version of a purpose that is in force, or None."""
    version = current_wording(purpose).version
    for consent in consents:
        if (consent.purpose, consent.version, consent.withdrawn_at) == (purpose, version, None):
            return consent
    return None


def unanswered(account_id: UUID) -> list[Wording]:
    """The required wordings whose newest version the person has not agreed to."""
    consents = consents_of(account_id)
    return [
        wording
        for wording in current_wordings()
        if wording.required and consented(consents, wording.purpose) is None
    ]


@transaction.atomic
def give_consent(*, account: Account, purpose: str) -> Consent:
    """Record that a person agreed to the newest version of a purpose; agreeing twice is once.

    Raises KeyError for a purpose that does not exist.
    """
    given = consented(consents_of(account.pk), purpose)
    if given is not None:
        return given
    # What an older version said no longer holds once the person agreed to the newer one.
    _open(account.pk, purpose).update(withdrawn_at=timezone.now())
    return Consent.objects.create(
        account_id=account.pk, purpose=purpose, version=current_wording(purpose).version
    )


@transaction.atomic
def withdraw_consent(*, account: Account, purpose: str) -> None:
    """Record that a person takes an optional consent back; doing so twice is once.

    Raises KeyError for a purpose that does not exist, ConsentNotOptional for a required one.
    """
    if current_wording(purpose).required:
        raise ConsentNotOptional
    _open(account.pk, purpose).update(withdrawn_at=timezone.now())


def _open(account_id: UUID, purpose: str) -> QuerySet[Consent]:
    return Consent.objects.filter(account_id=account_id, purpose=purpose, withdrawn_at=None)


def _in_english() -> bool:
    return (get_language() or "").startswith("en")

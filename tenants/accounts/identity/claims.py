"""What an identity provider says of a person, read into one plain form."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django import forms
from django.utils import timezone

from tenants.accounts.fields import EmailField, FullNameField
from tenants.accounts.identity.configuration import claim_rules
from tenants.accounts.identity.problems import (
    BUSINESS_ACCOUNT,
    NAME_MISSING,
    NUMBER_MALFORMED,
    NUMBER_MISSING,
    IdentityProblem,
)
from tenants.accounts.phone import PhoneNotValid, normalise_phone
from tenants.kit.crypto import blind_index
from tenants.kit.national_id import check_national_id

# As much as an account takes.
LONGEST_EMAIL = 254
_UID_PURPOSE = "accounts.identity.uid."


@dataclass(frozen=True)
class VerifiedPerson:
    """One person as an identity provider vouches for them; printing it shows none of it.

    `uid` is a keyed digest of the provider's own key of the person, which may be the identity
    number itself. `phone` and `email` are there only where the provider vouches for them too.
    `level` is the level of assurance of this very sign-in, 0 where none was stated.
    """

    provider: str
    uid: str = field(repr=False)
    national_id: str = field(repr=False)
    full_name: str = field(repr=False)
    birth_date: datetime.date | None = field(repr=False)
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    level: int

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON; for sealing only."""
        born = self.birth_date.isoformat() if self.birth_date else None
        return {**asdict(self), "birth_date": born}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> VerifiedPerson:
        """Return what `to_json` was made of."""
        born = data["birth_date"]
        return cls(**{**data, "birth_date": datetime.date.fromisoformat(born) if born else None})


def read_person(
    provider: str, claims: Mapping[str, Any], *, settings: Mapping[str, Any]
) -> VerifiedPerson:
    """Read the claims of a provider whose app settings are given.

    Raises IdentityProblem for a business account, and where number or name are missing or cannot
    be a person's.
    """
    rules = claim_rules(timezone.localdate(), settings.get("claims", {}))
    names = rules["names"]
    said = {key: _text(claims.get(name)) for key, name in names.items() if key != "level"}
    if _is_business(said, rules["business_types"]):
        raise IdentityProblem(BUSINESS_ACCOUNT)
    vouched = settings.get("vouched_contacts", [])
    return VerifiedPerson(
        provider=provider,
        uid=blind_index(str(claims["sub"]), purpose=_UID_PURPOSE + provider),
        national_id=_number(said["national_id"]),
        full_name=_name(said["full_name"]),
        birth_date=_date(said["birth_date"], rules["birth_date_formats"]),
        phone=_phone(said["phone"]) if _is_vouched("phone", claims, names, vouched) else None,
        email=_email(said["email"]) if _is_vouched("email", claims, names, vouched) else None,
        level=read_level(claims.get(names["level"])),
    )


def read_level(value: Any) -> int:
    """Return the level of assurance in `2`, `"2"`, `"LoA2"` or a list of such; 0 where none is.

    What the provider does not say is not assumed.
    """
    if isinstance(value, bool):
        return 0
    parts = value if isinstance(value, list) else [value]
    found = [
        int(match[1])
        for part in parts
        if isinstance(part, int | str)
        if (match := re.fullmatch(r"(?:loa[ _:-]?)?([0-4])", str(part).strip(), re.IGNORECASE))
    ]
    return max(found, default=0)


def _text(value: Any) -> str:
    """Return a claim as text: providers send numbers, null and blanks as well."""
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def _is_business(said: Mapping[str, str], business_types: list[str]) -> bool:
    """Tell whether the account is an organisation's: its number is not who sits there.

    A tax code beside an identity number says nothing: people have tax codes too, and since July
    2025 theirs is the identity number.
    """
    kind = re.sub(r"[\s_-]", "", said["account_type"]).upper()
    if kind in business_types or said["business_code"]:
        return True
    return bool(said["tax_code"]) and not said["national_id"]


def _number(text: str) -> str:
    if not text:
        raise IdentityProblem(NUMBER_MISSING)
    number = re.sub(r"\s", "", text)
    if check_national_id(number):
        raise IdentityProblem(NUMBER_MALFORMED)
    return number


def _name(text: str) -> str:
    """Return the name composed; one in capitals, as registers write it, in the usual letters."""
    composed = unicodedata.normalize("NFC", text)
    try:
        return str(FullNameField().clean(composed.title() if composed.isupper() else composed))
    except forms.ValidationError:
        raise IdentityProblem(NAME_MISSING) from None


def _date(text: str, formats: list[str]) -> datetime.date | None:
    """Return the birth date; None for a year alone, for nonsense and for days to come."""
    for known in formats:
        try:
            day = datetime.datetime.strptime(text, known).date()  # a day, no time
        except ValueError:
            continue
        return day if datetime.date(1900, 1, 1) <= day <= timezone.localdate() else None
    return None


def _is_vouched(
    contact: str, claims: Mapping[str, Any], names: Mapping[str, str], vouched: list[str]
) -> bool:
    stated = claims.get(names[f"{contact}_verified"])
    return stated is True if stated is not None else contact in vouched


def _phone(text: str) -> str | None:
    try:
        return normalise_phone(text) if text else None
    except PhoneNotValid:
        return None


def _email(text: str) -> str | None:
    try:
        return EmailField(max_length=LONGEST_EMAIL).clean(text) if text else None
    except forms.ValidationError:
        return None

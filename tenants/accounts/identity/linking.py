"""Which account a verified person has: found, linked, or made.

The verified identity number decides, and nothing else: neither an address nor a phone number, nor
a number that somebody typed. Of all accounts with one number, one can be verified
(`accounts_account_verified_id`), which also settles who is first of two at the same moment.
"""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.accounts.consent import ACCOUNT, give_consent
from tenants.accounts.identity.claims import VerifiedPerson
from tenants.accounts.identity.problems import (
    ACCOUNT_CLOSED,
    NUMBER_CHANGED,
    OTHER_ACCOUNT,
    OTHER_PERSON,
    IdentityProblem,
)
from tenants.accounts.models import NATIONAL_ID_PURPOSE, Account
from tenants.accounts.proving.contacts import find_by_contact, is_platform_address, save_proved
from tenants.kit.crypto import blind_index

# Somebody may take the number, the phone or the address between looking and writing.
_TRIES = 3


@transaction.atomic
def find_account(*, person: VerifiedPerson) -> Account | None:
    """Return the account of a person, linked and brought up to date; None for a newcomer.

    Raises IdentityProblem where the account is closed or was verified with another number.
    """
    linked = _linked(person)
    account = linked or _verified(person)
    if account is None:
        return None
    if not account.is_active:
        raise IdentityProblem(ACCOUNT_CLOSED)
    if account.national_id_verified_at and account.national_id_index != _index(person):
        raise IdentityProblem(NUMBER_CHANGED)
    if linked is None:
        _link(account, person)
    _bring_up_to_date(account, person)
    return account


def connect_account(*, account: Account, person: VerifiedPerson) -> None:
    """Make an account that is signed in the verified person's; a typed number gives way.

    Raises IdentityProblem where the person has another account, or the account another person.
    """
    try:
        with transaction.atomic():
            present = Account.objects.select_for_update().get(pk=account.pk)
            for holder in (_linked(person), _verified(person)):
                if holder is not None and holder.pk != present.pk:
                    raise IdentityProblem(OTHER_ACCOUNT)
            if present.national_id_verified_at and present.national_id_index != _index(person):
                raise IdentityProblem(OTHER_PERSON)
            _bring_up_to_date(present, person)
            _link(present, person)
    except IntegrityError:
        raise IdentityProblem(OTHER_ACCOUNT) from None


def create_account_of(*, person: VerifiedPerson) -> Account:
    """Make the account of a newcomer who agreed to it; one made a moment ago is returned."""
    for left in reversed(range(_TRIES)):
        found = find_account(person=person)
        if found is not None:
            return found
        try:
            return _create(person)
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def is_number_typed(person: VerifiedPerson) -> bool:
    """Tell whether an open account carries the person's number without anybody vouching for it."""
    return Account.objects.filter(
        national_id_index=_index(person), national_id_verified_at=None, is_active=True
    ).exists()


@transaction.atomic
def _create(person: VerifiedPerson) -> Account:
    account = Account(full_name=person.full_name, birth_date=person.birth_date)
    if person.phone and find_by_contact(person.phone) is None:
        account.phone = person.phone
    if person.email and not is_platform_address(person.email):
        account.email = None if find_by_contact(person.email) else person.email
    account.set_password(None)
    _verify(account, person)
    save_proved(account)
    give_consent(account=account, purpose=ACCOUNT)
    _link(account, person)
    return account


def _bring_up_to_date(account: Account, person: VerifiedPerson) -> None:
    """Write what the register says otherwise than we; usually nothing.

    Every node has a copy of the table, so a sign-in that brings nothing new writes nothing.
    """
    before = _said(account)
    account.full_name = person.full_name
    account.birth_date = person.birth_date or account.birth_date
    if not account.national_id_verified_at or account.assurance_level < person.level:
        _verify(account, person)
    if _said(account) != before:
        account.save(
            update_fields=[
                "full_name",
                "birth_date",
                "national_id",
                "national_id_index",
                "national_id_verified_at",
                "assurance_level",
            ]
        )


def _said(account: Account) -> tuple[object, ...]:
    return (
        account.full_name,
        account.birth_date,
        account.national_id_index,
        account.national_id_verified_at,
        account.assurance_level,
    )


def _verify(account: Account, person: VerifiedPerson) -> None:
    """Set the number, that it is proven, and the highest level at which it ever was."""
    account.set_national_id(person.national_id)
    account.national_id_verified_at = account.national_id_verified_at or timezone.now()
    account.assurance_level = max(account.assurance_level, person.level)


def _link(account: Account, person: VerifiedPerson) -> None:
    link, _made = SocialAccount.objects.get_or_create(
        provider=person.provider, uid=person.uid, defaults={"user": account}
    )
    if link.user_id != account.pk:
        raise IdentityProblem(OTHER_ACCOUNT)


def _linked(person: VerifiedPerson) -> Account | None:
    link = (
        SocialAccount.objects.select_related("user")
        .filter(provider=person.provider, uid=person.uid)
        .first()
    )
    return link.user if link else None


def _verified(person: VerifiedPerson) -> Account | None:
    return Account.objects.filter(
        national_id_index=_index(person), national_id_verified_at__isnull=False
    ).first()


def _index(person: VerifiedPerson) -> str:
    return blind_index(person.national_id, purpose=NATIONAL_ID_PURPOSE)

"""Phone numbers and addresses of accounts, and which of them are proved.

A phone number is proved when `Account.phone_verified_at` is set, an address when the account has
a verified row of allauth's for it. An account has one of each at most.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenants.accounts.models import Account


class ContactTaken(Exception):
    """Another account has this phone number or address."""


def is_phone(contact: str) -> bool:
    """Tell a phone number in its stored form from an address."""
    return "@" not in contact


def is_platform_address(address: str) -> bool:
    """Whether it is an address of the platform's own, where nobody reads letters.

    Onboarding gives such a one to a commune's first administrator; who could take it beforehand
    would be appointed.
    """
    domain = address.rpartition("@")[2]
    return domain == settings.BASE_DOMAIN or domain.endswith(f".{settings.BASE_DOMAIN}")


def find_by_contact(contact: str) -> Account | None:
    """Return the account with this phone number or address, proved or not, closed or not."""
    field = "phone" if is_phone(contact) else "email"
    return Account.objects.filter(**{field: contact}).first()


def is_proved(account: Account, contact: str) -> bool:
    """Whether the account's owner has shown that this contact is theirs."""
    if is_phone(contact):
        return account.phone == contact and account.phone_verified_at is not None
    return _verified(account).filter(email=contact).exists()


def has_proved_anything(account: Account) -> bool:
    """Whether the owner has proved a contact, or an identity provider vouched for the person."""
    if account.phone_verified_at or account.national_id_verified_at:
        return True
    return bool(_verified(account).exists())


def reachable_contacts(account: Account) -> list[str]:
    """Return where a code can be sent to, the phone first."""
    found = [account.phone] if account.phone else []
    if account.email and not is_platform_address(account.email):
        found.append(account.email)
    return found


def set_contact(*, account: Account, contact: str) -> None:
    """Make a contact that was just proved the account's own, in the place of what it had.

    Raises ContactTaken when another account has it.
    """
    try:
        with transaction.atomic():
            _write(account, contact)
    except IntegrityError as error:
        raise ContactTaken from error


@transaction.atomic
def save_proved(account: Account) -> None:
    """Create an account whose phone number and address are proved.

    Raises IntegrityError when another account has one of them.
    """
    account.phone_verified_at = timezone.now() if account.phone else None
    account.save(force_insert=True)
    _note_address(account)


@transaction.atomic
def vouch_for(account: Account) -> None:
    """Take an account's contacts for proved: whoever made it knows that they are the person's."""
    if account.phone and not account.phone_verified_at:
        account.phone_verified_at = timezone.now()
        account.save(update_fields=["phone_verified_at"])
    _note_address(account)


def _write(account: Account, contact: str) -> None:
    if is_phone(contact):
        account.phone, account.phone_verified_at = contact, timezone.now()
        account.save(update_fields=["phone", "phone_verified_at"])
        return
    if account.email != contact:
        account.email = contact
        account.save(update_fields=["email"])
    _note_address(account)


def _note_address(account: Account) -> None:
    EmailAddress.objects.filter(user_id=account.pk).delete()
    if account.email:
        EmailAddress.objects.create(
            user_id=account.pk, email=account.email, verified=True, primary=True
        )


def _verified(account: Account) -> QuerySet[EmailAddress]:
    verified: QuerySet[EmailAddress] = EmailAddress.objects.filter(
        user_id=account.pk, verified=True
    )
    return verified

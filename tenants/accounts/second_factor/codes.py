"""An account's authenticator app and recovery codes.

A code of an app is taken once: the step of time it belongs to is kept in its row, which is locked
while a code is compared, so neither a second process nor a second browser takes it again.
"""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import quote, urlencode

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tenants.accounts.models import Account
from tenants.accounts.second_factor.sealed import put_sealed, read_sealed
from tenants.accounts.second_factor.totp import fitting_step

TOTP = Authenticator.Type.TOTP
RECOVERY = Authenticator.Type.RECOVERY_CODES
RECOVERY_CODES = 10
_RECOVERY_DIGITS = 10


def address_for_app(account: Account, secret: str) -> str:
    """Return the address in the picture that an app reads."""
    label = f"{settings.MFA_TOTP_ISSUER}:{account.email or account.phone or account.full_name}"
    query = urlencode({"secret": secret, "issuer": settings.MFA_TOTP_ISSUER}, quote_via=quote)
    return f"otpauth://totp/{quote(label)}?{query}"


@transaction.atomic
def add_app(*, account: Account, secret: str, step: int) -> Authenticator:
    """Keep an app's key; the code of `step`, by which it was proved, is used up.

    Raises IntegrityError where the account has an app already.
    """
    factor = Authenticator(user=account, type=TOTP, data={"step": step})
    put_sealed(factor, secret)
    factor.save(force_insert=True)
    return factor


@transaction.atomic
def make_recovery_codes(*, account: Account) -> list[str]:
    """Make new recovery codes in place of the present ones; return them, to be shown once."""
    codes = [_digits() for _ in range(RECOVERY_CODES)]
    factor = _locked(account, RECOVERY) or Authenticator(user=account, type=RECOVERY, data={})
    put_sealed(factor, codes)
    factor.save()
    return codes


def codes_left(factor: Authenticator) -> int:
    """Return how many recovery codes are unused."""
    return len(read_sealed(factor))


def use_code(*, account: Account, code: str) -> str | None:
    """Use up a code of the app or a recovery code; return the kind of factor, None if wrong."""
    plain = "".join(code.split()).replace("-", "")
    if _use_app_code(account, plain):
        return str(TOTP)
    if _use_recovery_code(account, plain):
        return str(RECOVERY)
    return None


@transaction.atomic
def _use_app_code(account: Account, code: str) -> bool:
    factor = _locked(account, TOTP)
    if factor is None:
        return False
    step = fitting_step(read_sealed(factor), code)
    if step is None or step <= factor.data["step"]:
        return False
    factor.data["step"] = step
    _save_used(factor)
    return True


@transaction.atomic
def _use_recovery_code(account: Account, code: str) -> bool:
    factor = _locked(account, RECOVERY)
    if factor is None:
        return False
    codes = read_sealed(factor)
    left = [one for one in codes if not hmac.compare_digest(one.encode(), code.encode())]
    if len(left) == len(codes):
        return False
    put_sealed(factor, left)
    _save_used(factor)
    return True


def _locked(account: Account, kind: str) -> Authenticator | None:
    rows = Authenticator.objects.select_for_update().filter(user_id=account.pk, type=kind)
    found: Authenticator | None = rows.first()
    return found


def _save_used(factor: Authenticator) -> None:
    factor.last_used_at = timezone.now()
    factor.save(update_fields=["data", "last_used_at"])


def _digits() -> str:
    return f"{secrets.randbelow(10**_RECOVERY_DIGITS):0{_RECOVERY_DIGITS}}"

"""Passkeys (WebAuthn): asked for by the central site alone, good for the base domain.

The relying party is the base domain, and the only page that may ask is the central site's: what a
commune's site or another one gets signed is refused.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tenants.accounts.models import Account
from tenants.communes.hosts import central_url

PASSKEY = Authenticator.Type.WEBAUTHN
# More of them would only be forgotten ones.
MOST = 10
_STATE = "passkey_challenge"
_LONGEST = 20_000
# What taking made-up bytes apart raises.
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error)


class PasskeyRefused(Exception):
    """What the browser sent is no answer of a passkey to what was just asked."""


def _server() -> Fido2Server:
    own = central_url("/").rstrip("/")
    party = PublicKeyCredentialRpEntity(id=settings.BASE_DOMAIN, name=settings.MFA_TOTP_ISSUER)
    return Fido2Server(party, verify_origin=lambda origin: origin == own)


def passkeys_of(account: Account) -> list[Authenticator]:
    """Return the account's passkeys, the oldest first."""
    return list(Authenticator.objects.filter(user_id=account.pk, type=PASSKEY).order_by("pk"))


def begin_adding(request: HttpRequest, account: Account) -> str:
    """Return what the browser needs for making a passkey, as JSON; the session keeps the rest."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(
            id=account.pk.bytes,
            name=str(account.email or account.phone or account.full_name),
            display_name=account.full_name,
        ),
        credentials=[_credential(factor) for factor in passkeys_of(account)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    request.session[_STATE] = {"for": "adding", **state}
    return json.dumps(dict(options))


def add_passkey(request: HttpRequest, *, account: Account, answer: str, name: str) -> Authenticator:
    """Keep the passkey that the browser made; raises PasskeyRefused."""
    credential, state = _parsed(answer), _take_state(request, "adding")
    try:
        _server().register_complete(state, RegistrationResponse.from_dict(credential))
    except _UNREADABLE as error:
        raise PasskeyRefused from error
    factor: Authenticator = Authenticator.objects.create(
        user=account, type=PASSKEY, data={"name": name, "credential": credential}
    )
    return factor


def begin_using(request: HttpRequest, account: Account) -> str:
    """Return what the browser needs for using a passkey, as JSON; empty where there is none."""
    known = [_credential(factor) for factor in passkeys_of(account)]
    if not known:
        return ""
    options, state = _server().authenticate_begin(
        known, user_verification=UserVerificationRequirement.PREFERRED
    )
    request.session[_STATE] = {"for": str(account.pk), **state}
    return json.dumps(dict(options))


def use_passkey(request: HttpRequest, *, account: Account, answer: str) -> bool:
    """Tell whether the answer is one of this account's passkeys; each question is asked once."""
    factors = passkeys_of(account)
    try:
        credential, state = _parsed(answer), _take_state(request, str(account.pk))
        used = _server().authenticate_complete(
            state,
            [_credential(factor) for factor in factors],
            AuthenticationResponse.from_dict(credential),
        )
    except (PasskeyRefused, *_UNREADABLE):
        return False
    for factor in factors:
        if _credential(factor).credential_id == used.credential_id:
            factor.last_used_at = timezone.now()
            factor.save(update_fields=["last_used_at"])
    return True


def _credential(factor: Authenticator) -> AttestedCredentialData:
    made = RegistrationResponse.from_dict(factor.data["credential"])
    auth_data = made.response.attestation_object.auth_data
    credential: AttestedCredentialData | None = auth_data.credential_data
    if credential is None:
        raise PasskeyRefused
    return credential


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > _LONGEST:
        raise PasskeyRefused
    try:
        parsed = json.loads(answer)
    except ValueError as error:
        raise PasskeyRefused from error
    if not isinstance(parsed, dict):
        raise PasskeyRefused
    return parsed


def _take_state(request: HttpRequest, purpose: str) -> dict[str, Any]:
    state = request.session.pop(_STATE, None)
    if not isinstance(state, dict) or state.pop("for", None) != purpose:
        raise PasskeyRefused
    return state

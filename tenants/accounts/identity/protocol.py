"""The way to an identity provider and back: OpenID Connect, code flow with PKCE.

allauth keeps the state, sends people on their way and exchanges the code. What it leaves out is
here: a nonce that ties the answer to the question, and an identity token whose signature,
issuer, audience and times are checked each time (OpenID Connect Core 1.0, 3.1.3.7).
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jwt
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.cache import cache
from django.http import HttpRequest
from requests import RequestException

from tenants.accounts.identity.configuration import ENDPOINTS, is_safe_address
from tenants.accounts.identity.problems import (
    ANSWER_NOT_TRUSTED,
    CANCELLED,
    PROVIDER_DOWN,
    REFUSED_THERE,
    STATE_UNKNOWN,
    IdentityProblem,
    Problem,
)

logger = logging.getLogger(__name__)


class UnknownKey(OAuth2Error):  # type: ignore[misc]
    """The identity token names a key that the provider does not publish."""


class MadeForAnother(OAuth2Error):  # type: ignore[misc]
    """The identity token was made for another client."""


class AnotherNonce(OAuth2Error):  # type: ignore[misc]
    """The identity token answers another question than ours."""


class SomebodyElse(OAuth2Error):  # type: ignore[misc]
    """The user info is of somebody else than the identity token."""


# Keys are public; a shared or absent key would let anybody sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
# Seconds by which the provider's clock and ours may differ.
LEEWAY = 60
# Seconds for which a provider's description and keys are believed.
KEPT = 600


class IdentityClient(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's client, with the provider's description and keys kept for ten minutes."""

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """The provider's endpoints: as configured, the others as it describes itself."""
        provider = self.get_provider()
        given: dict[str, Any] = provider.app.settings["openid_configuration_overrides"]
        if set(ENDPOINTS) <= set(given):
            return given
        described = self.fetch(provider.server_url)
        config = {**described, **given}
        if not all(is_safe_address(str(config[name])) for name in ENDPOINTS):
            raise OAuth2Error("an endpoint is not https")
        return config

    def fetch(self, url: str, *, anew: bool = False) -> dict[str, Any]:
        """Return a public JSON object of the provider's."""
        key = f"identity:{url}"
        known: dict[str, Any] | None = None if anew else cache.get(key)
        if known is None:
            with self._session() as session:
                response = session.get(url)
                response.raise_for_status()
                known = response.json()
            if not isinstance(known, dict):
                raise OAuth2Error("not a JSON object")
            cache.set(key, known, KEPT)
        return known

    def user_info(self, access_token: str) -> dict[str, Any]:
        """Return what the provider's endpoint says of the person."""
        info = self._fetch_user_info(access_token)
        if not isinstance(info, dict):
            raise OAuth2Error("user info is not a JSON object")
        return info

    def _session(self) -> Any:
        from allauth.socialaccount.adapter import get_adapter

        return get_adapter(self.request).get_requests_session()


class IdentityProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """allauth's provider with our client."""

    oauth2_adapter_class = IdentityClient


@dataclass(frozen=True)
class Answer:
    """What came back: the claims, and what was remembered when the person left."""

    claims: dict[str, Any]
    state: dict[str, Any]


def way_there(
    request: HttpRequest, provider: IdentityProvider, *, next_url: str, account: str
) -> str:
    """Return the address at the provider to which the person goes.

    `account` is the key of the account that is signed in, empty for none. Raises
    IdentityProblem when the provider does not answer.
    """
    nonce = secrets.token_urlsafe(24)
    auth_params = {**provider.get_auth_params(), "nonce": nonce}
    kept = {"nonce": nonce, "account": account}
    try:
        response = provider.redirect(
            request, AuthProcess.LOGIN, next_url=next_url, data=kept, auth_params=auth_params
        )
    except (RequestException, OAuth2Error, KeyError, ValueError) as error:
        raise _ended(provider, PROVIDER_DOWN, error) from None
    return str(response.url)


def way_back(request: HttpRequest, provider: IdentityProvider) -> Answer:
    """Return what the provider says of who comes back. Raises IdentityProblem."""
    state = statekit.unstash_state(
        request, provider_id=provider.sub_id, state_id=request.GET.get("state", "")
    )
    # Some providers leave the state out when somebody changed their mind; nothing follows from it.
    if request.GET.get("error") == "access_denied":
        raise IdentityProblem(CANCELLED)
    if state is None:
        raise IdentityProblem(STATE_UNKNOWN)
    if "error" in request.GET or not request.GET.get("code"):
        raise IdentityProblem(REFUSED_THERE)
    client: IdentityClient = provider.get_oauth2_adapter(request)
    try:
        claims = _claims(request, provider, client, state)
    except RequestException as error:
        raise _ended(provider, PROVIDER_DOWN, error) from None
    except (OAuth2Error, jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
        raise _ended(provider, ANSWER_NOT_TRUSTED, error) from None
    return Answer(claims, state)


def _claims(
    request: HttpRequest, provider: IdentityProvider, client: IdentityClient, state: dict[str, Any]
) -> dict[str, Any]:
    token = client.get_access_token_data(
        request,
        provider.app,
        client.get_client(request, provider.app),
        pkce_code_verifier=state["pkce_code_verifier"],
    )
    identity = _checked(token["id_token"], provider, client)
    asked = str(state["data"]["nonce"])
    if not hmac.compare_digest(str(identity.get("nonce", "")).encode(), asked.encode()):
        raise AnotherNonce
    info = client.user_info(token["access_token"])
    if info.get("sub") != identity["sub"]:
        raise SomebodyElse
    stated = {**identity, **info}
    # Halves of characters pass as JSON and break wherever they are written: ValueError.
    json.dumps(stated, ensure_ascii=False).encode()
    return stated


def _checked(id_token: str, provider: IdentityProvider, client: IdentityClient) -> dict[str, Any]:
    """Return what an identity token says, once everything about it holds.

    A provider may have changed its keys since they were fetched: they are asked for anew once.
    """
    try:
        claims = _decoded(id_token, provider, client, anew=False)
    except (jwt.InvalidSignatureError, UnknownKey):
        claims = _decoded(id_token, provider, client, anew=True)
    if claims.get("azp", provider.app.client_id) != provider.app.client_id:
        raise MadeForAnother
    return claims


def _decoded(
    id_token: str, provider: IdentityProvider, client: IdentityClient, *, anew: bool
) -> dict[str, Any]:
    keys = jwt.PyJWKSet.from_dict(client.fetch(client.openid_config["jwks_uri"], anew=anew))
    claims: dict[str, Any] = jwt.decode(
        id_token,
        key=_key(keys, jwt.get_unverified_header(id_token).get("kid")),
        algorithms=ALGORITHMS,
        audience=provider.app.client_id,
        issuer=client.openid_config["issuer"],
        leeway=LEEWAY,
        options={"require": ["iss", "sub", "aud", "exp", "iat"]},
    )
    return claims


def _key(keys: jwt.PyJWKSet, key_id: str | None) -> jwt.PyJWK:
    """Return the key that a token names, or the only one where it names none."""
    signing = [key for key in keys.keys if key.public_key_use in (None, "sig")]
    named = [key for key in signing if key_id in (None, key.key_id)]
    if len(named) != 1:
        raise UnknownKey
    return named[0]


def _ended(provider: IdentityProvider, problem: Problem, error: Exception) -> IdentityProblem:
    """Log what kind of thing went wrong; its text may hold tokens and claims, so it is left out."""
    logger.warning(
        "Sign-in by %s ended: %s (%s)", provider.sub_id, problem.key, type(error).__name__
    )
    return IdentityProblem(problem)

"""Which identity providers a deployment signs people in by, read from its environment.

Nothing of an operator is written into the code: addresses, keys and names of claims are what the
deployment was given when it was registered there. Read by the settings, so it imports no models.
"""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env

# Each with the name on its button, which a deployment may change by OIDC_<PROVIDER>_NAME.
PROVIDERS = {"vneid": "VNeID", "dvcqg": "Cổng Dịch vụ công quốc gia"}
CLAIMS_FILE = Path(__file__).parent / "claims.toml"
CONTACTS = ("phone", "email")
ENDPOINTS = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class ConfigurationWrong(ValueError):
    """A variable of the environment cannot be used; the sentence names it."""


def identity_apps(env: Env) -> list[dict[str, Any]]:
    """Return the configured providers in allauth's form; none where none is configured.

    Raises ConfigurationWrong for a provider that is configured by half, or whose address is
    neither https nor on this machine.
    """
    return [
        _app(env, key, name)
        for key, name in PROVIDERS.items()
        if env.str(f"OIDC_{key.upper()}_SERVER_URL", "")
    ]


def _app(env: Env, key: str, name: str) -> dict[str, Any]:
    prefix = f"OIDC_{key.upper()}_"
    endpoints = env.json(f"{prefix}ENDPOINTS", {})
    settings: dict[str, Any] = {
        "server_url": _safe(f"{prefix}SERVER_URL", env.str(f"{prefix}SERVER_URL")),
        "scope": env.str(f"{prefix}SCOPE", "openid").split(),
        "oauth_pkce_enabled": True,
        "openid_configuration_overrides": _known_endpoints(f"{prefix}ENDPOINTS", endpoints),
        "claims": _known_claims(f"{prefix}CLAIMS", env.json(f"{prefix}CLAIMS", {})),
        "vouched_contacts": _known_contacts(
            f"{prefix}VOUCHED_CONTACTS", env.list(f"{prefix}VOUCHED_CONTACTS", [])
        ),
    }
    acr_values = env.str(f"{prefix}ACR_VALUES", "")
    settings["auth_params"] = {"acr_values": acr_values} if acr_values else {}
    if method := env.str(f"{prefix}TOKEN_AUTH", ""):
        settings["token_auth_method"] = method
    client_id = env.str(f"{prefix}CLIENT_ID", "")
    if not client_id:
        raise ConfigurationWrong(f"{prefix}CLIENT_ID is missing beside {prefix}SERVER_URL.")
    return {
        "provider_id": key,
        "name": env.str(f"{prefix}NAME", name),
        "client_id": client_id,
        "secret": env.str(f"{prefix}CLIENT_SECRET", ""),
        "settings": settings,
    }


def claim_rules(today: datetime.date, overrides: dict[str, Any]) -> dict[str, Any]:
    """Return the rules of a day: names of claims, date formats, types of business accounts."""
    rules: list[dict[str, Any]] = tomllib.loads(CLAIMS_FILE.read_text())["rules"]
    due = [rule for rule in rules if rule["from"] <= today] or rules[:1]
    present = max(due, key=lambda rule: rule["from"])
    names = {**present["names"], **{k: v for k, v in overrides.items() if k in present["names"]}}
    return {**present, **overrides, "names": names}


def is_safe_address(url: str) -> bool:
    """Tell whether secrets may go there: https, or a program on this very machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _safe(variable: str, url: str) -> str:
    if not is_safe_address(url):
        raise ConfigurationWrong(f"{variable}={url}: use an address that begins with https://.")
    return url


def _known_endpoints(variable: str, endpoints: Any) -> dict[str, str]:
    if not isinstance(endpoints, dict) or not set(endpoints) <= set(ENDPOINTS):
        raise ConfigurationWrong(f"{variable}: a JSON object with some of {', '.join(ENDPOINTS)}.")
    return {name: _safe(variable, str(url)) for name, url in endpoints.items()}


def _known_claims(variable: str, claims: Any) -> dict[str, Any]:
    rule = claim_rules(datetime.date.max, {})
    known = {*rule["names"], "birth_date_formats", "business_types"}
    if not isinstance(claims, dict) or not set(claims) <= known:
        raise ConfigurationWrong(
            f"{variable}: a JSON object with some of {', '.join(sorted(known))}."
        )
    return claims


def _known_contacts(variable: str, contacts: list[str]) -> list[str]:
    if not set(contacts) <= set(CONTACTS):
        raise ConfigurationWrong(f"{variable}: some of {', '.join(CONTACTS)}, with commas.")
    return contacts

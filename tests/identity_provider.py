"""A real OpenID provider beside the tests, which can be told to go wrong.

Run as a program (`python -m tests.identity_provider PORT`) it serves oidc-provider-mock on
loopback. Beside that server's own addresses, PUT /faults says what the next answers do wrong and
GET /seen tells what the client sent.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import requests

if TYPE_CHECKING:
    from flask import Flask, Response

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
CLIENT_ID = "xaso-test"
SECRET = "the secret of a client in tests"


@dataclass(frozen=True)
class Provider:
    """Where the provider is reached, and how it is told things."""

    url: str

    def knows(self, sub: str, **claims: Any) -> None:
        """Make somebody known there, with what the provider says of them."""
        answer = requests.put(f"{self.url}/users/{sub}", json=claims, timeout=10)
        assert answer.status_code == 204, answer.text

    def goes_wrong(self, **faults: Any) -> None:
        """Say what it does wrong from now on; nothing, to be right again."""
        assert requests.put(f"{self.url}/faults", json=faults, timeout=10).ok

    @property
    def seen(self) -> list[dict[str, str]]:
        """The fields of each exchange of a code, in order."""
        found: list[dict[str, str]] = requests.get(f"{self.url}/seen", timeout=10).json()
        return found

    def agree(self, there: str, sub: str) -> str:
        """Sign in at the provider as this person; return the address that leads back."""
        answer = requests.post(there, data={"sub": sub}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def deny(self, there: str) -> str:
        """Change one's mind at the provider; return the address that leads back."""
        answer = requests.post(there, data={"action": "deny"}, allow_redirects=False, timeout=10)
        return answer.headers["Location"]

    @property
    def environment(self) -> dict[str, str]:
        """What a deployment that is registered there has in its environment."""
        return {
            "OIDC_VNEID_SERVER_URL": self.url,
            "OIDC_VNEID_CLIENT_ID": CLIENT_ID,
            "OIDC_VNEID_CLIENT_SECRET": SECRET,
            "OIDC_VNEID_ACR_VALUES": "LoA1",
            "OIDC_TIMEOUT": "30",  # a busy machine is slow, not wrong
        }


def address_there(html: str) -> str:
    """The address to which a page leads by itself."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', html)
    assert found, html
    return unescape(found[1])


def query_of(address: str) -> dict[str, str]:
    """The fields of an address."""
    return dict(parse_qsl(urlsplit(address).query))


@contextlib.contextmanager
def running_provider() -> Iterator[Provider]:
    """Start the provider and wait until it answers."""
    from tests.serving import free_port  # which needs the settings; the program does not

    port = free_port()
    provider = Provider(f"http://localhost:{port}")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.identity_provider", str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{provider.url}/jwks", timeout=10)
                break
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        yield provider
    finally:
        process.terminate()
        process.wait(15)


def _application() -> Flask:
    import flask
    import jwt  # noqa: F401 # now, so that no answer waits for it
    import oidc_provider_mock

    app = oidc_provider_mock.app()
    faults: dict[str, Any] = {}
    seen: list[dict[str, str]] = []

    @app.put("/faults")
    def tell() -> tuple[str, int]:
        faults.clear()
        faults.update(flask.request.get_json())
        return "", 204

    @app.get("/seen")
    def show() -> Response:
        return flask.jsonify(seen)

    @app.after_request
    def spoil(response: Response) -> Response:
        path = flask.request.path
        if path in faults.get("down", []):
            return flask.Response("out of order", status=500)
        if path in faults.get("nonsense", []):
            return flask.Response("<html>", mimetype="text/html")
        if path == "/oauth2/token" and response.status_code == 200:
            seen.append(flask.request.form.to_dict())
            body = response.get_json()
            body["id_token"] = _spoilt(body["id_token"], faults)
            return flask.jsonify({**body, **faults.get("token", {})})
        if path == "/userinfo" and response.status_code == 200:
            return flask.jsonify({**response.get_json(), **faults.get("userinfo", {})})
        return response

    return app


def _spoilt(id_token: str, faults: dict[str, Any]) -> str:
    """The identity token with other claims or another signature; times are seconds from now."""
    import jwt
    from cryptography.hazmat.primitives.asymmetric import rsa
    from oidc_provider_mock._storage import storage

    if not {"claims", "shift", "without", "sign", "header"} & set(faults):
        return id_token
    headers = dict(faults.get("header", {}))
    claims = jwt.decode(id_token, options={"verify_signature": False})
    claims |= faults.get("claims", {})
    claims |= {name: int(time.time()) + by for name, by in faults.get("shift", {}).items()}
    for name in faults.get("without", []):
        claims.pop(name, None)
    how = faults.get("sign")
    if how == "none":
        return jwt.encode(claims, "", algorithm="none", headers=headers)
    if how == "secret":
        # The oldest trick: the public key, or the client's secret, taken for a shared one.
        return jwt.encode(claims, SECRET, algorithm="HS256", headers=headers)
    key: Any = storage.jwk.as_pem(is_private=True)
    if how == "stranger":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, key, algorithm="RS256", headers=headers)


def main() -> None:
    """Serve until stopped."""
    from werkzeug.serving import make_server

    make_server("localhost", int(sys.argv[1]), _application(), threaded=True).serve_forever()


if __name__ == "__main__":
    main()

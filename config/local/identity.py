"""An identity provider for the demo: VNeID to look at, with the demo's people, on this machine.

It is a real OpenID provider that asks for no password; only the demo starts it, and only where
the packages of the tests are installed.
"""

from __future__ import annotations

import importlib.util
import json
import sys

from config.local.people import CITIZENS, NEWCOMER, Person

MODULE = "oidc_provider_mock"
NAME = "VNeID (thử)"
USUAL_PORT = 9400
HINT = (
    f"{NAME}: ở trang đăng nhập bấm “Đăng nhập bằng {NAME}” rồi chọn một người. "
    f"{NEWCOMER.full_name} chưa có tài khoản ở đây.\n"
)


def is_installed() -> bool:
    """Whether the provider is on this machine."""
    return importlib.util.find_spec(MODULE) is not None


def command(port: int) -> list[str]:
    """Return the command that runs the provider on loopback; its people stand on its first page."""
    people = [
        part
        for person in (*CITIZENS, NEWCOMER)
        for part in ("--user-claims", json.dumps(_claims(person), ensure_ascii=False))
    ]
    return [sys.executable, "-W", "ignore", "-m", MODULE, "--port", str(port), *people]


def environment(port: int) -> dict[str, str]:
    """Return what makes a deployment of this machine known to the provider."""
    return {
        "OIDC_VNEID_SERVER_URL": f"http://127.0.0.1:{port}",
        "OIDC_VNEID_CLIENT_ID": "xaso-demo",
        "OIDC_VNEID_CLIENT_SECRET": "demo",
        "OIDC_VNEID_NAME": NAME,
        "OIDC_VNEID_VOUCHED_CONTACTS": "phone",
    }


def _claims(person: Person) -> dict[str, str]:
    # The provider's page shows people by this key, so it is their name.
    return {
        "sub": person.full_name,
        "LoaiTaiKhoan": "1",
        "SoDinhDanh": person.national_id,
        "HoVaTen": person.full_name.upper(),
        "NgayThangNamSinh": f"{person.birth_date:%d/%m/%Y}",
        "SoDienThoai": person.phone,
        "loAs": "LoA2",
    }

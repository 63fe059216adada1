"""The present code of the demo's authenticator app: `make code`.

All officials and the operator of the demo have the same app, whose key comes from the demo's
password; nothing like it exists outside the demo.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import time

from config.local.demo import HOME
from tenants.accounts.second_factor.totp import STEP_SECONDS, code_at, present_step

_KEY_BYTES = 20


def demo_secret(password: str) -> str:
    """Return the key of the demo's app, in base32."""
    digest = hashlib.sha256(f"xaso demo app {password}".encode()).digest()
    return base64.b32encode(digest[:_KEY_BYTES]).decode()


def main() -> int:
    """Print the code and how long it lasts."""
    file = HOME / "env"
    lines = file.read_text().splitlines() if file.exists() else []
    kept = dict(line.split("=", 1) for line in lines if "=" in line)
    password = os.environ.get("DEMO_PASSWORD") or kept.get("DEMO_PASSWORD")
    if not password:
        print("Chưa có bản dùng thử nào trên máy này. Hãy chạy “make demo” trước.", file=sys.stderr)
        return 1
    code = code_at(demo_secret(password), present_step())
    left = STEP_SECONDS - int(time.time()) % STEP_SECONDS
    print(f"Mã xác thực: {code[:3]} {code[3:]}, còn {left} giây; mỗi tài khoản dùng một lần.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

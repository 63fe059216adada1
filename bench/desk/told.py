"""Write notices to phones: `python -m bench.desk.told CODE FIRST NUMBER`."""

from __future__ import annotations

import sys
from uuid import uuid4

import django


def main(code: str, first: int, number: int) -> None:
    """Tell so many people without accounts something, each at a phone of their own."""
    django.setup()
    from tenants.communes.current import in_commune
    from tenants.notices.notices import notify

    with in_commune(code):
        for one in range(first, first + number):
            notify(
                account_id=None,
                commune_code=code,
                subject_id=uuid4(),
                code=f"H26.{code}-{one}",
                kind="filed",
                title="Đã nhận hồ sơ",
                body="Giữ mã này để tra cứu.",
                path="/tra-cuu/",
                phone=f"09{one:08d}",
            )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

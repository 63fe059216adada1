"""`manage.py rotate_keys`: everything that is sealed, sealed with the newest key."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.communes.current import CommuneNotOnboarded, at_centre
from tenants.communes.database.base import MarkerMissing
from tenants.communes.models import Commune
from tenants.fleet.rotation import (
    Pace,
    Rotated,
    keys_of_commune,
    rotate_commune,
    rotate_shared,
    shared_keys,
)
from tenants.kit.crypto import SealBroken, newest_header


class Command(BaseCommand):
    """Seal the shared tables and every commune anew; what cannot be opened is named."""

    help = (
        "Niêm phong lại mọi dữ liệu mã hóa bằng khóa mới nhất (khóa đầu tiên của "
        "ENCRYPTION_KEYS). Chạy được trong lúc hệ thống đang phục vụ; dừng giữa chừng thì chạy "
        "lại, phần đã xong được bỏ qua."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which communes, how fast, or only to count."""
        parser.add_argument(
            "codes",
            nargs="*",
            metavar="MÃ",
            help="mã đơn vị; bỏ trống là bảng chung và mọi đơn vị",
        )
        parser.add_argument(
            "--rate",
            type=float,
            default=500.0,
            metavar="SỐ",
            help="nhiều nhất bấy nhiêu dòng mỗi giây (mặc định 500)",
        )
        parser.add_argument(
            "--status",
            action="store_true",
            help="chỉ đếm: mỗi khóa đang niêm phong bao nhiêu giá trị; không mở giá trị nào",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        if options["rate"] <= 0:
            raise CommandError("--rate phải lớn hơn 0.")
        self._broken = 0
        everything = not options["codes"]
        codes = options["codes"] or _registered()
        if options["status"]:
            self._tell(everything, codes)
        else:
            self._rotate(everything, codes, Pace(options["rate"]))
        if self._broken:
            raise CommandError(
                f"{self._broken} nơi chưa xong; xem ở trên. Chưa được bỏ khóa cũ; sửa rồi chạy lại."
            )

    def _rotate(self, everything: bool, codes: list[str], pace: Pace) -> None:
        total = Rotated()
        places = ([""] if everything else []) + codes
        for code in places:
            try:
                done = rotate_commune(code, pace) if code else rotate_shared(pace)
            except (CommuneNotOnboarded, MarkerMissing, SealBroken) as error:
                self._tell_broken(code, error)
                continue
            total.sealed += done.sealed
            total.left += done.left
        key = newest_header()[2:].decode()
        self.stdout.write(
            f"Đã niêm phong lại {total.sealed} giá trị ở {len(places) - self._broken} nơi bằng "
            f"khóa “{key}”; {total.left} giá trị vừa được người khác lưu bằng khóa mới."
        )

    def _tell(self, everything: bool, codes: list[str]) -> None:
        counted: Counter[str] = shared_keys() if everything else Counter()
        for code in codes:
            try:
                counted += keys_of_commune(code)
            except (CommuneNotOnboarded, MarkerMissing) as error:
                self._tell_broken(code, error)
        newest = newest_header()[2:].decode()
        for key, number in sorted(counted.items()):
            mark = " (khóa mới nhất)" if key == newest else ""
            self.stdout.write(f"Khóa “{key}”{mark}: {number} giá trị.")
        if not self._broken and not set(counted) - {newest}:
            self.stdout.write("Không còn giá trị nào dùng khóa cũ.")

    def _tell_broken(self, code: str, error: Exception) -> None:
        self._broken += 1
        self.stderr.write(f"{code or 'Bảng chung'}: {error}")


def _registered() -> list[str]:
    with at_centre():
        return list(Commune.objects.order_by("code").values_list("code", flat=True))

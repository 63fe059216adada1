"""`manage.py verify_history`: was anything in the record of events changed?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.communes.current import CommuneNotOnboarded, at_centre
from tenants.communes.database.base import MarkerMissing
from tenants.communes.models import Commune
from tenants.history.events import ChainBroken
from tenants.history.heads import Head, HeadsUnreadable, kept_heads, verify_history, write_heads


class Command(BaseCommand):
    """Check the chains of communes; every broken one is named and the others go on."""

    help = (
        "Kiểm tra chuỗi lịch sử: không sự kiện nào bị sửa, bị xóa hay chen vào. Chạy được trong "
        "lúc hệ thống đang phục vụ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which communes, and where heads are kept."""
        parser.add_argument("codes", nargs="*", metavar="MÃ", help="mã đơn vị; bỏ trống là tất cả")
        parser.add_argument(
            "--heads",
            type=Path,
            metavar="TỆP",
            help="đối chiếu với các đầu chuỗi đã lưu ở tệp này, hoặc ở mọi tệp của thư mục này",
        )
        parser.add_argument(
            "--write-heads",
            type=Path,
            metavar="TỆP",
            help="ghi các đầu chuỗi hôm nay vào tệp này, để lưu ở nơi khác",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        kept = self._kept(options["heads"])
        codes = options["codes"] or self._registered()
        heads, broken = [], 0
        for code in codes:
            try:
                heads.append(verify_history(code, kept=kept.get(code, ())))
            except (ChainBroken, CommuneNotOnboarded, MarkerMissing) as error:
                broken += 1
                self.stderr.write(f"{code}: {error}")
        if options["write_heads"]:
            with options["write_heads"].open("w", encoding="utf-8", newline="") as file:
                write_heads(file, heads)
        events = sum(head.sequence for head in heads)
        self.stdout.write(f"Đã kiểm tra {len(heads)} đơn vị, {events} sự kiện: không có gì bị sửa.")
        if broken:
            raise CommandError(f"Chuỗi lịch sử của {broken} đơn vị không đúng; xem ở trên.")

    def _kept(self, path: Path | None) -> dict[str, list[Head]]:
        if path is None:
            return {}
        try:
            return kept_heads(path)
        except (HeadsUnreadable, OSError) as error:
            raise CommandError(str(error)) from error

    def _registered(self) -> list[str]:
        with at_centre():
            return list(Commune.objects.order_by("code").values_list("code", flat=True))

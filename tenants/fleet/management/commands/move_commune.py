import argparse
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.communes.current import CommuneNotOnboarded
from tenants.fleet.acts import Operator
from tenants.fleet.nodes import NodeProblem, move_commune


class Command(BaseCommand):
    """Move a commune to another database server while it is being used."""

    help = (
        "Chuyển một xã, phường, đặc khu sang máy chủ dữ liệu khác của cụm Citus. Trang vẫn mở "
        "trong lúc chuyển; khi sắp xong, việc ghi chờ khoảng 0,3 giây."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which commune, and where to."""
        parser.add_argument("code", metavar="MÃ", help="mã đơn vị, ví dụ 00004")
        parser.add_argument(
            "--to", required=True, metavar="MÁY:CỔNG", help="ví dụ du-lieu-2.noi-bo:5432"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        began = time.monotonic()
        try:
            move = move_commune(
                code=options["code"], address=options["to"], operator=Operator.at_command_line()
            )
        except (CommuneNotOnboarded, NodeProblem) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Đã chuyển {move.commune} từ {move.source.address} sang {move.target.address} "
            f"trong {time.monotonic() - began:.1f} giây."
        )
        self.stdout.write(
            "Hãy làm lại bản đồ cho nginx (manage.py pool_map) để trang của đơn vị được phục vụ "
            "ngay cạnh dữ liệu. Bản đồ cũ vẫn dùng được, chỉ chậm hơn."
        )

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.communes.current import CommuneNotOnboarded, commune_info
from tenants.fleet.acts import Operator
from tenants.fleet.suspension import CommuneMerged, ReasonNotValid, Suspension, suspend_commune


class Command(BaseCommand):
    """Close the pages of a commune."""

    help = "Tạm ngừng trang của một xã, phường, đặc khu; dữ liệu được giữ nguyên."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which commune, and why."""
        parser.add_argument("code", metavar="MÃ", help="mã đơn vị, ví dụ 00004")
        parser.add_argument("--reason", required=True, metavar="LÝ DO", help="ghi vào nhật ký")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        try:
            found = suspend_commune(
                code=options["code"], operator=Operator.at_command_line(), reason=options["reason"]
            )
        except (CommuneNotOnboarded, CommuneMerged, ReasonNotValid) as error:
            raise CommandError(str(error)) from error
        name = commune_info(options["code"]).full_name
        if found is Suspension.ALREADY:
            self.stdout.write(f"{name} đã tạm ngừng từ trước; không có gì thay đổi.")
        else:
            self.stdout.write(f"Đã tạm ngừng {name}. Mọi máy chủ biết trong vòng 60 giây.")

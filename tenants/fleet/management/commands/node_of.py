import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.communes.current import CommuneNotOnboarded
from tenants.fleet.nodes import NodeProblem, node_of


class Command(BaseCommand):
    """Say which database server holds a commune."""

    help = "Cho biết dữ liệu của một xã, phường, đặc khu nằm trên máy chủ dữ liệu nào."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which commune."""
        parser.add_argument("code", metavar="MÃ", help="mã đơn vị, ví dụ 00004")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        try:
            node = node_of(options["code"])
        except (CommuneNotOnboarded, NodeProblem) as error:
            raise CommandError(str(error)) from error
        if settings.CITUS:
            self.stdout.write(f"{node.address} (nhóm {node.group}, các tiến trình {node.pool})")
        else:
            self.stdout.write(f"{node.address} (chỉ có một máy chủ dữ liệu)")

from typing import Any

from django.core.management.base import BaseCommand

from tenants.fleet.nodes import pool_map


class Command(BaseCommand):
    """Print the proxy's map of hosts and pools of web workers."""

    help = (
        "In bản đồ tên miền và nhóm tiến trình web, mỗi dòng “tên-miền nhóm;”, để nginx đưa mỗi "
        "đơn vị về nhóm ở cạnh dữ liệu của nó: manage.py pool_map > tệp, rồi "
        "manage.py nginx_configuration --pools tệp."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        found = pool_map()
        self.stdout.write("# Do manage.py pool_map viết ra. Tên miền không có ở đây: nhóm main.")
        for line in found.lines:
            self.stdout.write(line)
        for commune in found.unplaced:
            self.stderr.write(
                f"{commune.code}: {commune} chưa nằm trên máy nào của cụm; nhóm main phục vụ."
            )

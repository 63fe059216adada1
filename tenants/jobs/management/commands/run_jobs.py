"""`manage.py run_jobs`: the job runner."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.jobs.loop import Runner
from tenants.jobs.models import FLEET_QUEUE


class Command(BaseCommand):
    """Runs jobs until SIGTERM or Ctrl-C; several may run side by side."""

    help = "Chạy các việc nền; dừng bằng Ctrl-C hoặc SIGTERM sau khi xong việc đang làm."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The queues to serve, the first one first."""
        parser.add_argument(
            "--queue",
            action="append",
            dest="queues",
            metavar="TÊN",
            help="hàng đợi cần phục vụ, hàng gấp trước (mặc định: mọi hàng đợi của các đơn vị)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        queues = options["queues"] or settings.JOB_QUEUES
        if FLEET_QUEUE in queues:
            raise CommandError(
                f"Hàng đợi “{FLEET_QUEUE}” cần quyền chủ sở hữu cơ sở dữ liệu: hãy chạy lệnh "
                "run_fleet_jobs trong một tiến trình riêng."
            )
        Runner(queues, starts=settings.JOB_RUNNER_STARTS).run()

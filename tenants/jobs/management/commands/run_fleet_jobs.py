"""`manage.py run_fleet_jobs`: the job runner of the fleet's queue, as the owner's role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tenants.jobs.loop import Runner
from tenants.jobs.models import FLEET_QUEUE


class Command(BaseCommand):
    """Runs the jobs that create schemas or tidy shared tables, apart from those of communes."""

    help = (
        "Chạy các việc chung của hệ thống (đưa đơn vị vào hệ thống, dọn dẹp); "
        "dừng bằng Ctrl-C hoặc SIGTERM sau khi xong việc đang làm."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        Runner([FLEET_QUEUE]).run()

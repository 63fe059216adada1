"""Print the database server's settings."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.deploy.postgresql import BadMemory, configuration, parse_memory


class Command(BaseCommand):
    help = (
        "In các thiết lập PostgreSQL cho hàng nghìn xã. Ví dụ: manage.py postgresql_settings "
        "--memory 24GB --workers 4 > /etc/postgresql/15/main/conf.d/xaso.conf"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--memory", required=True, help="bộ nhớ của máy chủ, ví dụ 24GB")
        parser.add_argument("--workers", type=int, default=4, help="tổng số tiến trình web")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            memory = parse_memory(options["memory"])
        except BadMemory as error:
            raise CommandError(str(error)) from error
        self.stdout.write(configuration(memory, options["workers"]), ending="")

from typing import Any

from django.core.management.base import BaseCommand

from tenants.calendar.days import load_calendar


class Command(BaseCommand):
    """Load the country's days off and swapped days."""

    help = "Nạp các ngày nghỉ, ngày làm bù của cả nước."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        self.stdout.write(f"Đã thêm {load_calendar()} ngày vào lịch.")

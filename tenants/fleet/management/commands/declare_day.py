import argparse
import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.calendar.models import SpecialDay
from tenants.fleet.acts import Operator
from tenants.fleet.national_days import (
    DayNotDeclared,
    declare_national_day,
    remove_national_day,
)

REMOVE = "remove"


class Command(BaseCommand):
    """Declare a day off or worked for the whole country, or take one back."""

    help = "Khai một ngày nghỉ hoặc ngày làm việc của cả nước; hẹn trả của mọi đơn vị dời theo."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which day, what it is, and its name."""
        parser.add_argument("date", metavar="NGÀY", help="dạng 2026-11-24")
        parser.add_argument("kind", choices=[*SpecialDay.Kind.values, REMOVE])
        parser.add_argument("name", metavar="TÊN", nargs="?", default="", help="người dân đọc được")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        operator = Operator.at_command_line()
        try:
            day = datetime.date.fromisoformat(options["date"])
        except ValueError:
            raise CommandError("Ghi ngày dạng 2026-11-24.") from None
        try:
            if options["kind"] == REMOVE:
                remove_national_day(day=day, operator=operator)
                self.stdout.write("Đã bỏ. Hẹn đã báo cho người dân vẫn giữ nguyên.")
                return
            communes = declare_national_day(
                day=day, kind=options["kind"], name=options["name"], operator=operator
            )
        except DayNotDeclared as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Đã khai {day:%d/%m/%Y}. {communes} đơn vị tính lại hẹn trả.")

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.fleet.blueprint import BlueprintUnavailable
from tenants.fleet.preparation import prepare_database
from tenants.fleet.sharding import DeclaredOtherwise


class Command(BaseCommand):
    """Make the database ready for communes."""

    help = "Chuẩn bị cơ sở dữ liệu: bảng dùng chung, quyền của ứng dụng, lịch nghỉ."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        try:
            prepare_database(verbosity=max(0, options["verbosity"] - 1))
        except (BlueprintUnavailable, DeclaredOtherwise) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Cơ sở dữ liệu đã sẵn sàng.")

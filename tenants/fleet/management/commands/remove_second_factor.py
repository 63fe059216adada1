import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.accounts.models import Account, normalise_email
from tenants.accounts.phone import PhoneNotValid, normalise_phone
from tenants.fleet.acts import Operator
from tenants.fleet.lost_factors import remove_lost_factors


class Command(BaseCommand):
    """Let somebody set up their second factor anew."""

    help = (
        "Gỡ xác thực hai bước của một người đã mất cả thiết bị lẫn mã dự phòng. "
        "Chỉ làm sau khi đã kiểm tra giấy tờ tùy thân của người đó."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say whose, and why."""
        parser.add_argument("login", metavar="TÀI KHOẢN", help="thư điện tử hoặc số điện thoại")
        parser.add_argument("--reason", required=True, metavar="LÝ DO", help="ghi vào nhật ký")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        reason = options["reason"].strip()
        if not reason:
            raise CommandError("Hãy ghi lý do: ai đã kiểm tra giấy tờ gì, ở đâu.")
        account = self._find(options["login"])
        operator = Operator.at_command_line()
        if remove_lost_factors(account=account, operator=operator, reason=reason):
            self.stdout.write(
                "Đã gỡ. Người đó đăng nhập bằng mật khẩu rồi thiết lập lại xác thực hai bước."
            )
        else:
            self.stdout.write("Tài khoản này không có xác thực hai bước; không có gì thay đổi.")

    def _find(self, login: str) -> Account:
        try:
            given = (
                {"email": normalise_email(login)}
                if "@" in login
                else {"phone": normalise_phone(login)}
            )
            return Account.objects.get(**given)
        except (Account.DoesNotExist, PhoneNotValid) as error:
            raise CommandError("Không có tài khoản nào có thư điện tử hay số này.") from error

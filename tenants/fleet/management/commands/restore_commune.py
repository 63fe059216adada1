import argparse
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tenants.fleet.archive.accounts import SUBSTITUTE_DOMAIN
from tenants.fleet.archive.errors import ArchiveError
from tenants.fleet.archive.restoring import VERIFYING, Outcome, Restored, restore_commune
from tenants.fleet.blueprint import BlueprintUnavailable


class Command(BaseCommand):
    """Put a commune back from its archive, all of it or nothing."""

    help = "Khôi phục một đơn vị từ tệp lưu trữ: dữ liệu, tệp, tài khoản; đủ cả hoặc không gì cả."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which archive and which key."""
        parser.add_argument("archive", metavar="TỆP", type=Path, help="tệp lưu trữ")
        parser.add_argument("--key-file", metavar="TỆP", type=Path, required=True, help="tệp khóa")
        parser.add_argument(
            "--as-check", action="store_true", help="chỉ thử: làm đủ các bước rồi hoàn lại"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
        )
        console = Console(file=cast(IO[str], self.stdout))
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(VERIFYING, total=None)
            try:
                done = restore_commune(
                    options["archive"],
                    key_file=options["key_file"],
                    as_check=options["as_check"],
                    on_progress=lambda what, part, whole: progress.update(
                        task, description=what, completed=part, total=whole
                    ),
                )
            except (ArchiveError, BlueprintUnavailable) as error:
                raise CommandError(str(error)) from error
            except OSError as error:
                raise CommandError(f"Không đọc hoặc ghi được tệp: {error}") from error
        self._report(done)

    def _report(self, done: Restored) -> None:
        if done.outcome is Outcome.VERIFIED:
            self.stdout.write(
                f"Bản lưu trữ của {done.name} ({done.code}) còn nguyên vẹn: {done.rows} dòng dữ "
                f"liệu, {done.files} tệp. Đơn vị đang có trong hệ thống nên không thử ghi lại."
            )
            return
        verb = "Đã khôi phục" if done.outcome is Outcome.RESTORED else "Thử khôi phục được"
        self.stdout.write(
            f"{verb} {done.name} ({done.code}) trong {done.seconds:.2f} giây: {done.rows} dòng dữ "
            f"liệu, {done.files} tệp ({done.file_bytes:,} byte), chuỗi lịch sử {done.events} sự "
            "kiện đúng. Mọi mã băm khớp với bản lưu trữ."
        )
        people = done.accounts
        self.stdout.write(
            f"Tài khoản: {people.created} tạo mới (chưa có mật khẩu), {people.kept} đã có ở đây "
            f"và giữ nguyên, {len(people.stand_ins)} nhận ra là người đã có tài khoản khác ở đây."
        )
        if people.without_contact:
            self.stdout.write(
                f"{len(people.without_contact)} tài khoản có số điện thoại hoặc thư điện tử trùng "
                "với tài khoản của người khác ở đây nên được tạo mà không kèm phần trùng. Ai không "
                f"còn cách liên lạc nào thì đăng nhập bằng <mã tài khoản>@{SUBSTITUTE_DOMAIN}:"
            )
            for key in people.without_contact:
                self.stdout.write(f"      {key}")
        if done.invitation:
            self.stdout.write(f"Người quản trị nhận tài khoản tại: {done.invitation}")
        if done.outcome is Outcome.REHEARSED:
            self.stdout.write("Đây là lần thử: không có gì được giữ lại.")
        if done.upgrade_failure:
            raise CommandError(
                "Dữ liệu đã khôi phục nhưng chưa nâng được lên phiên bản lược đồ mới "
                f"({done.upgrade_failure}). Hãy chạy migrate_fleet."
            )

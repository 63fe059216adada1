import argparse
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tenants.fleet.archive.errors import ArchiveError
from tenants.fleet.archive.exporting import Exported, export_commune


class Command(BaseCommand):
    """Write one commune's data to a sealed archive; the commune goes on serving."""

    help = "Xuất toàn bộ dữ liệu, tệp và tài khoản của một đơn vị ra một tệp lưu trữ có khóa."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which commune, and where to."""
        parser.add_argument("code", metavar="MÃ", help="mã đơn vị, ví dụ 00004")
        parser.add_argument("--to", metavar="TỆP", required=True, type=Path, help="tệp lưu trữ")
        parser.add_argument(
            "--key-file", metavar="TỆP", type=Path, help="tệp khóa (mặc định: tên tệp thêm .key)"
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
            task = progress.add_task("Đang xuất", total=None)
            try:
                done = export_commune(
                    options["code"],
                    to=options["to"],
                    key_file=options["key_file"],
                    on_progress=lambda part, whole: progress.update(
                        task, completed=part, total=whole
                    ),
                )
            except (ArchiveError, LookupError) as error:
                raise CommandError(str(error)) from error
            except OSError as error:
                raise CommandError(f"Không đọc hoặc ghi được tệp: {error}") from error
        self._report(done)

    def _report(self, done: Exported) -> None:
        self.stdout.write(f"Đã xuất ra {done.path} ({done.size:,} byte, {done.seconds:.2f} giây).")
        self.stdout.write(f"SHA-256: {done.sha256}")
        self.stdout.write(
            f"Gồm {done.rows} dòng dữ liệu, {done.accounts} tài khoản, {done.files} tệp "
            f"({done.file_bytes:,} byte)."
        )
        kind = "Khóa mới" if done.key_made else "Khóa đã có"
        self.stdout.write(
            f"{kind}: {done.key_path}. Không có khóa này thì không ai mở được bản lưu trữ: "
            "hãy cất khóa ở nơi khác với tệp lưu trữ."
        )
        if done.stale_indexes:
            self.stderr.write(
                f"{done.stale_indexes} chỉ mục số định danh không khớp với INDEX_KEY hiện nay; "
                "khi khôi phục, chỉ mục được tính lại từ tờ khai, nơi không tính được thì để trống."
            )

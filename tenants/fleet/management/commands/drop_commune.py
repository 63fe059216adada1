import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.communes.current import CommuneNotOnboarded
from tenants.fleet.archive.dropping import drop_commune
from tenants.fleet.archive.errors import ArchiveError


class Command(BaseCommand):
    """Remove a suspended commune, of which there is an archive of its present state."""

    help = "Gỡ một đơn vị đã tạm ngừng khỏi hệ thống, sau khi đối chiếu với bản lưu trữ."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which commune, and what makes it safe."""
        parser.add_argument("code", metavar="MÃ", help="mã đơn vị, ví dụ 00004")
        parser.add_argument("--archive", metavar="TỆP", type=Path, help="bản lưu trữ của đơn vị")
        parser.add_argument(
            "--key-file", metavar="TỆP", type=Path, help="tệp khóa (mặc định: tên tệp thêm .key)"
        )
        parser.add_argument(
            "--without-archive", action="store_true", help="gỡ mà không có bản lưu trữ: mất hẳn"
        )
        parser.add_argument("--confirm", metavar="MÃ", help="gõ lại mã khi không có bản lưu trữ")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        code, archive = options["code"], options["archive"]
        if options["without_archive"] == (archive is not None):
            raise CommandError(
                f"Hãy cho bản lưu trữ: drop_commune {code} --archive TỆP; hoặc, nếu chấp nhận mất "
                f"hẳn dữ liệu: drop_commune {code} --without-archive --confirm {code}."
            )
        if archive is None and options["confirm"] != code:
            raise CommandError(f"Để gỡ mà không có bản lưu trữ, hãy gõ lại mã: --confirm {code}.")
        try:
            done = drop_commune(code, archive=archive, key_file=options["key_file"])
        except (ArchiveError, CommuneNotOnboarded) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Không đọc hoặc ghi được tệp: {error}") from error
        if done.finished_only:
            self.stdout.write(f"Dữ liệu của đơn vị {code} đã gỡ từ trước; nay đã xóa nốt các tệp.")
        else:
            self.stdout.write(
                f"Đã gỡ đơn vị {code} trong {done.seconds:.2f} giây: dữ liệu, tên miền, tệp. "
                "Tài khoản của mọi người vẫn còn."
            )

import argparse
import csv
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from tenants.communes.hosts import commune_url
from tenants.communes.official_list import (
    UnknownProvince,
    communes_of,
    official_commune,
    official_communes,
)
from tenants.fleet.blueprint import BlueprintUnavailable
from tenants.fleet.bulk import CONNECTIONS, BulkResult, onboard_communes
from tenants.fleet.invitations import open_invitations

_DETAILS_UP_TO = 20
# What a shell expects of a program that Ctrl-C ended.
_STOPPED = 130


class _Rate(ProgressColumn):
    """Communes a second, lately."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} đơn vị/giây" if task.speed else "")


class Command(BaseCommand):
    """Onboard communes; one that fails is listed and the others go on."""

    help = (
        "Đưa các xã, phường, đặc khu vào hệ thống. Dừng lúc nào cũng được (Ctrl-C); chạy lại "
        "đúng lệnh ấy thì làm tiếp những đơn vị còn lại."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which communes."""
        parser.add_argument("codes", nargs="*", metavar="MÃ", help="mã đơn vị, ví dụ 00004")
        parser.add_argument("--province", metavar="MÃ", help="mọi đơn vị của tỉnh, ví dụ 01")
        parser.add_argument("--all", action="store_true", help="mọi đơn vị của cả nước")
        parser.add_argument(
            "--connections",
            type=int,
            default=CONNECTIONS,
            metavar="SỐ",
            help=f"số kết nối cùng làm (mặc định {CONNECTIONS})",
        )
        parser.add_argument(
            "--throttle",
            type=int,
            default=0,
            metavar="MS",
            help="nghỉ chừng ấy mili giây sau mỗi đơn vị, khi hệ thống đang phục vụ",
        )
        parser.add_argument(
            "--administrator-email",
            metavar="THƯ",
            help="thư điện tử của người quản trị đầu tiên (khi chỉ có một đơn vị)",
        )
        parser.add_argument(
            "--invitations",
            metavar="TỆP",
            help="ghi vào tệp CSV này liên kết của mọi người quản trị chưa nhận tài khoản",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        codes = self._codes(options)
        result = self._onboard(codes, options)
        if options["invitations"]:
            self._write_invitations(options["invitations"], codes)
        self._report(result)
        if len(codes) <= _DETAILS_UP_TO:
            self._show_invitations(codes)
        if result.failures:
            raise CommandError(
                f"Còn {len(result.failures)} đơn vị chưa vào được; xem từng lỗi ở trên."
                + _how_to_go_on(result)
            )
        if result.left:
            raise CommandError(f"Đã dừng.{_how_to_go_on(result)}", returncode=_STOPPED)

    def _codes(self, options: dict[str, Any]) -> list[str]:
        codes = list(options["codes"])
        if options["province"]:
            try:
                codes += [commune.code for commune in communes_of(options["province"])]
            except UnknownProvince as error:
                raise CommandError(str(error)) from error
        if options["all"]:
            codes += official_communes()
        codes = list(dict.fromkeys(codes))
        if not codes:
            raise CommandError("Hãy cho mã đơn vị, ví dụ: onboard 00004, hoặc --province 01.")
        if options["administrator_email"] and len(codes) > 1:
            raise CommandError("--administrator-email chỉ dùng khi đưa vào một đơn vị.")
        if options["connections"] < 1 or options["throttle"] < 0:
            raise CommandError("--connections phải từ 1 trở lên, --throttle từ 0 trở lên.")
        return codes

    def _onboard(self, codes: list[str], options: dict[str, Any]) -> BulkResult:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TextColumn("còn"),
            TimeRemainingColumn(),
        )
        console = Console(file=cast(IO[str], self.stdout))
        shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        with shown as bar, _stopped() as stopping:
            task = bar.add_task("Đang đưa vào hệ thống", total=len(codes))
            try:
                return onboard_communes(
                    codes,
                    connections=options["connections"],
                    throttle_seconds=options["throttle"] / 1000,
                    administrator_email=options["administrator_email"],
                    on_progress=lambda n, total: bar.update(task, completed=n, total=total),
                    stopping=stopping,
                )
            except BlueprintUnavailable as error:
                raise CommandError(str(error)) from error

    def _write_invitations(self, path: str, codes: list[str]) -> None:
        """Links open accounts: the file is for its owner's eyes alone."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            os.fchmod(descriptor, 0o600)  # also one that was there before
            writer = csv.writer(file)
            writer.writerow(["ma", "don_vi", "lien_ket"])
            for code, invitation in open_invitations(codes):
                writer.writerow([code, official_commune(code).full_name, invitation])

    def _show_invitations(self, codes: list[str]) -> None:
        for code, invitation in open_invitations(codes):
            self.stdout.write(f"{code}: người quản trị nhận tài khoản tại {invitation}")

    def _report(self, result: BulkResult) -> None:
        for code in result.created[:_DETAILS_UP_TO]:
            self.stdout.write(f"{code} {official_commune(code).full_name}: {commune_url(code)}")
        if len(result.created) > _DETAILS_UP_TO:
            self.stdout.write(
                f"… và {len(result.created) - _DETAILS_UP_TO} đơn vị nữa. Chạy lại với "
                "--invitations TỆP để lấy liên kết nhận tài khoản của từng nơi."
            )
        for code, reason in result.failures.items():
            known = official_communes().get(code)
            name = f" {known.full_name}" if known else ""
            self.stderr.write(f"{code}{name}: {reason}")
        self.stdout.write(
            f"Đưa vào mới: {len(result.created)}. Đã có từ trước: {len(result.present)}. "
            f"Lỗi: {len(result.failures)}. "
            f"Mất {result.seconds:.1f} giây ({result.rate:.1f} đơn vị/giây)."
        )


def _how_to_go_on(result: BulkResult) -> str:
    if not result.left:
        return ""
    return f" Còn {len(result.left)} đơn vị chưa làm tới; chạy lại đúng lệnh này để làm tiếp."


@contextmanager
def _stopped() -> Iterator[threading.Event]:
    """Give what Ctrl-C and SIGTERM set instead of ending the process."""
    stopping = threading.Event()
    names = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(name, lambda *_: stopping.set()) for name in names]
    try:
        yield stopping
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)

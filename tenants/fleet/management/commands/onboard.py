import argparse
import csv
import os
from collections import Counter
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tenants.communes.official_list import (
    UnknownCommune,
    UnknownProvince,
    communes_of,
    official_communes,
)
from tenants.fleet.blueprint import BlueprintUnavailable, get_blueprint
from tenants.fleet.onboarding import OnboardingResult, Outcome, onboard_commune

_DETAILS_UP_TO = 20


class Command(BaseCommand):
    """Onboard communes; one that fails is listed and the others go on."""

    help = "Đưa các xã, phường, đặc khu vào hệ thống."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which communes."""
        parser.add_argument("codes", nargs="*", metavar="MÃ", help="mã đơn vị, ví dụ 00004")
        parser.add_argument("--province", metavar="MÃ", help="mọi đơn vị của tỉnh, ví dụ 01")
        parser.add_argument("--all", action="store_true", help="mọi đơn vị của cả nước")
        parser.add_argument(
            "--administrator-email",
            metavar="THƯ",
            help="thư điện tử của người quản trị đầu tiên (khi chỉ có một đơn vị)",
        )
        parser.add_argument(
            "--invitations",
            metavar="TỆP",
            help="ghi liên kết nhận tài khoản của mọi người quản trị vào tệp CSV này",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        codes = self._codes(options)
        email = options["administrator_email"]
        if not codes:
            raise CommandError("Hãy cho mã đơn vị, ví dụ: onboard 00004, hoặc --province 01.")
        if email and len(codes) > 1:
            raise CommandError("--administrator-email chỉ dùng khi đưa vào một đơn vị.")
        try:
            get_blueprint()
        except BlueprintUnavailable as error:
            raise CommandError(str(error)) from error
        results, failures = self._onboard(codes, email)
        if options["invitations"]:
            self._write_invitations(options["invitations"], results)
        self._report(results, failures)

    def _codes(self, options: dict[str, Any]) -> list[str]:
        codes = list(options["codes"])
        if options["province"]:
            try:
                codes += [commune.code for commune in communes_of(options["province"])]
            except UnknownProvince as error:
                raise CommandError(str(error)) from error
        if options["all"]:
            codes += official_communes()
        return list(dict.fromkeys(codes))

    def _onboard(
        self, codes: list[str], email: str | None
    ) -> tuple[list[OnboardingResult], dict[str, Exception]]:
        results: list[OnboardingResult] = []
        failures: dict[str, Exception] = {}
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        console = Console(file=cast(IO[str], self.stdout))
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("Đang đưa vào hệ thống", total=len(codes))
            for code in codes:
                try:
                    results.append(onboard_commune(code, administrator_email=email))
                except (UnknownCommune, DatabaseError) as error:
                    failures[code] = error
                progress.advance(task)
        return results, failures

    def _write_invitations(self, path: str, results: list[OnboardingResult]) -> None:
        """Links open accounts: the file is for its owner's eyes alone."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["ma", "don_vi", "lien_ket"])
            for result in results:
                if result.invitation:
                    writer.writerow(
                        [result.commune.code, result.commune.full_name, result.invitation]
                    )

    def _report(self, results: list[OnboardingResult], failures: dict[str, Exception]) -> None:
        created = [r for r in results if r.outcome is Outcome.CREATED]
        for result in created[:_DETAILS_UP_TO]:
            self.stdout.write(f"{result.commune.code} {result.commune.full_name}: {result.url}")
            if result.invitation:
                self.stdout.write(f"      người quản trị nhận tài khoản tại: {result.invitation}")
        if len(created) > _DETAILS_UP_TO:
            self.stdout.write(
                f"… và {len(created) - _DETAILS_UP_TO} đơn vị nữa. Chạy lại với --invitations TỆP "
                "để lấy liên kết nhận tài khoản của từng nơi."
            )
        count = Counter(result.outcome for result in results)
        self.stdout.write(
            f"Đưa vào mới: {count[Outcome.CREATED]}. "
            f"Đã có từ trước: {count[Outcome.ALREADY_ONBOARDED]}. Lỗi: {len(failures)}."
        )
        for code, error in failures.items():
            self.stderr.write(f"{code}: {str(error).strip()}")
        if failures:
            raise CommandError(f"Còn {len(failures)} đơn vị chưa vào được; xem từng lỗi ở trên.")

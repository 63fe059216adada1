import argparse
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
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

from tenants.communes.current import at_centre
from tenants.communes.models import Commune
from tenants.fleet.blueprint import BlueprintUnavailable, get_steps
from tenants.fleet.exclusive import AlreadyRunning, is_running, only_run
from tenants.fleet.models import Upgrade
from tenants.fleet.one_upgrade import Attempt
from tenants.fleet.preparation import prepare_database
from tenants.fleet.sharding import DeclaredOtherwise
from tenants.fleet.upgrade_script import Limits
from tenants.fleet.upgrade_status import Left, communes_behind, fleet_status
from tenants.fleet.upgrading import Pace, Plan, Tally, migrate_communes, plan_upgrade

_LISTED_UP_TO = 20


class Command(BaseCommand):
    """Bring the shared tables, then every commune's schema, to this code's version."""

    help = "Nâng cấp lược đồ: bảng dùng chung trước, rồi mọi xã, phường, đặc khu."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say which communes, how fast, and what to show only."""
        parser.add_argument("--plan", action="store_true", help="chỉ cho xem sẽ làm gì")
        parser.add_argument("--status", action="store_true", help="chỉ cho xem đang ở đâu")
        parser.add_argument("--communes", metavar="MÃ,MÃ", help="chỉ những đơn vị này")
        parser.add_argument(
            "--canaries",
            metavar="MÃ,MÃ",
            help="những đơn vị làm thử trước (mặc định: FLEET_CANARIES, rồi ba đơn vị đầu)",
        )
        numbers = (
            ("--max-failures", 10, "dừng khi số đơn vị lỗi vượt quá số này"),
            ("--throttle", 0, "nghỉ sau mỗi đơn vị, mili giây, khi hệ thống đang phục vụ"),
            ("--lock-timeout", 2000, "chờ khóa tối đa, mili giây"),
            ("--statement-timeout", 30000, "một câu lệnh chạy tối đa, mili giây"),
            ("--connections", 2, "số kết nối làm cùng lúc"),
        )
        for name, default, text in numbers:
            parser.add_argument(
                name, type=_number, default=default, metavar="SỐ", help=f"{text} ({default})"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        if options["status"]:
            self._show_status()
            return
        codes = self._codes(options["communes"])
        canaries = _split(options["canaries"]) or settings.FLEET_CANARIES
        try:
            get_steps()
            if options["plan"]:
                self._show_plan(codes, canaries)
                return
            with only_run():
                self._upgrade(codes, canaries, options)
        except (BlueprintUnavailable, AlreadyRunning) as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(
                f"Cơ sở dữ liệu báo lỗi: {str(error).strip()}. Những đơn vị đã xong vẫn nguyên "
                "vẹn; hãy chạy lại lệnh để làm tiếp."
            ) from error

    def _codes(self, given: str | None) -> set[str] | None:
        if given is None:
            return None
        codes = set(_split(given))
        with at_centre():
            known = set(Commune.objects.filter(code__in=codes).values_list("code", flat=True))
        if unknown := codes - known:
            raise CommandError(f"Chưa có trong hệ thống: {', '.join(sorted(unknown))}.")
        return codes

    def _upgrade(
        self, codes: set[str] | None, canaries: list[str], options: dict[str, Any]
    ) -> None:
        shown = self._show_plan(codes, canaries)
        try:
            prepare_database(verbosity=0)
        except (DatabaseError, DeclaredOtherwise) as error:
            raise CommandError(
                "Bảng dùng chung chưa nâng cấp được, nên chưa đơn vị nào bị đụng đến: "
                f"{str(error).strip()}"
            ) from error
        plan = plan_upgrade(codes, canaries)
        if not shown:
            self._show_communes(plan)
        pace = Pace(
            connections=max(1, options["connections"]),
            limits=Limits(options["lock_timeout"], options["statement_timeout"]),
            throttle_seconds=options["throttle"] / 1000,
            max_failures=options["max_failures"],
        )
        try:
            tally = self._migrate(plan, pace)
        except KeyboardInterrupt:
            raise CommandError("Đã dừng theo yêu cầu. Chạy lại lệnh để làm tiếp.") from None
        self._report(tally, communes_behind(codes))

    def _migrate(self, plan: Plan, pace: Pace) -> Tally:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(),
            TimeRemainingColumn(),
        )
        console = Console(file=cast(IO[str], self.stdout))
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("Đang nâng cấp", total=len(plan.behind))

            def advance(attempt: Attempt) -> None:
                if attempt.result != Upgrade.Result.LOCKED:
                    progress.advance(task)

            return migrate_communes(plan, pace=pace, report=advance)

    # ── What people read ─────────────────────────────────────────────────
    def _show_plan(self, codes: set[str] | None, canaries: list[str]) -> bool:
        """Show what is to do; False if the communes can be counted only after the shared part."""
        shared = _shared_migrations()
        self.stdout.write(f"Bảng dùng chung: {', '.join(shared) or 'không có gì mới'}.")
        try:
            self._show_communes(plan_upgrade(codes, canaries))
        except ProgrammingError:
            self.stdout.write("Sổ đăng ký chưa có phiên bản của đơn vị; sẽ đếm sau bước trên.")
            return False
        return True

    def _show_communes(self, plan: Plan) -> None:
        if plan.ahead:
            self.stdout.write(
                f"{plan.ahead} đơn vị đã ở phiên bản mới hơn mã nguồn này và được để yên."
            )
        if not plan.behind:
            self.stdout.write(f"Mọi đơn vị đã ở phiên bản {plan.version}.")
            return
        self.stdout.write(f"Nâng cấp {len(plan.behind)} đơn vị lên phiên bản {plan.version}:")
        for version in sorted({commune.version for commune in plan.behind}):
            count = sum(commune.version == version for commune in plan.behind)
            steps = settings.COMMUNE_MIGRATIONS[version : plan.version]
            names = ", ".join(f"{step.app}.{step.name}" for step in steps)
            self.stdout.write(f"  {count} đơn vị từ phiên bản {version}: {names}")
        self.stdout.write(f"Làm thử trước: {', '.join(plan.canaries)}.")
        if plan.waves:
            waves = " → ".join(str(len(wave)) for wave in plan.waves)
            self.stdout.write(f"Rồi từng đợt: {waves} đơn vị.")

    def _show_status(self) -> None:
        status = fleet_status()
        self.stdout.write(
            f"Mã nguồn này phục vụ lược đồ phiên bản {status.oldest_served} đến {status.newest}."
        )
        for version, count in status.communes_by_version.items():
            self.stdout.write(f"  phiên bản {version}: {count} đơn vị")
        if run := status.last_run:
            counts = ", ".join(
                f"{Upgrade.Result(result).label} {count}" for result, count in run.results.items()
            )
            self.stdout.write(
                f"Lần nâng cấp gần nhất: {run.began:%d/%m/%Y %H:%M:%S}, {counts}, "
                f"{run.seconds:.1f} giây máy chủ."
            )
        else:
            self.stdout.write("Chưa có lần nâng cấp nào.")
        if is_running():
            self.stdout.write("Đang có một lần nâng cấp chạy.")
        self._list(status.behind)
        if status.not_served:
            self.stdout.write(
                f"{len(status.not_served)} đơn vị mã nguồn này không phục vụ được (người dân thấy "
                f"trang bảo trì): {_some(status.not_served)}"
            )

    def _report(self, tally: Tally, behind: tuple[Left, ...]) -> None:
        rate = tally.done / tally.seconds if tally.seconds else 0
        self.stdout.write(
            f"Xong {tally.done} đơn vị trong {tally.seconds:.1f} giây ({rate:.0f} đơn vị/giây). "
            f"Đang bị khóa: {len(tally.locked)}. Lỗi: {len(tally.failed)}."
        )
        if tally.stopped:
            self.stderr.write(tally.stopped)
        if behind or tally.stopped:
            self._list(behind)
            raise CommandError(
                f"Còn {len(behind)} đơn vị chưa ở phiên bản mới. Sửa nguyên nhân rồi chạy lại "
                "lệnh: những đơn vị đã xong được bỏ qua."
            )

    def _list(self, behind: tuple[Left, ...]) -> None:
        untried = [left.code for left in behind if not left.result]
        for left in behind:
            if left.result:
                reason = left.error or Upgrade.Result(left.result).label
                self.stdout.write(f"{left.code} {left.name} (phiên bản {left.version}): {reason}")
        if untried:
            self.stdout.write(f"Chưa làm đến: {len(untried)} đơn vị ({_some(untried)}).")


class _RateColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        """How many communes a second; nothing before the first ones are done."""
        return Text("" if task.speed is None else f"{task.speed:.0f} đơn vị/giây")


def _shared_migrations() -> list[str]:
    with at_centre():
        executor = MigrationExecutor(connection)
        own = {label.rpartition(".")[2] for label in settings.TENANT_APPS}
        targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in own]
        return [str(migration) for migration, _ in executor.migration_plan(targets)]


def _split(given: str | None) -> list[str]:
    return [code.strip() for code in (given or "").split(",") if code.strip()]


def _some(codes: Any) -> str:
    shown = ", ".join(codes[:_LISTED_UP_TO])
    return shown if len(codes) <= _LISTED_UP_TO else f"{shown}, …"


def _number(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("hãy cho một số không âm")
    return value

"""Publish the procedure files of a folder, and the provinces' fee tables beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from services.catalogue.check import DATA
from services.catalogue.errors import FeeTableAlreadyPublished, VersionAlreadyPublished
from services.catalogue.fee_files import load_fee_folder
from services.catalogue.fee_registry import publish_fee_tables
from services.catalogue.loader import load_folder
from services.catalogue.positions import ProcedureFileError
from services.catalogue.publishing import publish_procedures


class Command(BaseCommand):
    """Publish the procedures of a folder; repeating it changes nothing."""

    help = "Nạp và công bố các thủ tục trong một thư mục (mặc định: các thủ tục đi kèm)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", nargs="?", type=Path, default=DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check all files, then publish all of them or none."""
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"Không có thư mục {folder}.")
        try:
            definitions = load_folder(folder)
            provinces = load_fee_folder(folder, definitions)
            with transaction.atomic():
                outcome = publish_procedures(definitions=definitions)
                fees = publish_fee_tables(provinces=provinces)
        except (
            ProcedureFileError,
            VersionAlreadyPublished,
            FeeTableAlreadyPublished,
        ) as error:
            raise CommandError(str(error)) from None
        new = outcome.new + fees.new
        for name in new:
            self.stdout.write(f"Công bố {name}")
        unchanged = len(outcome.unchanged) + len(fees.unchanged)
        self.stdout.write(f"{len(new)} mới, {unchanged} không đổi.")

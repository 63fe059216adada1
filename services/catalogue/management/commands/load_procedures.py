"""Publish the procedure files of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from services.catalogue.check import DATA
from services.catalogue.errors import VersionAlreadyPublished
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
            outcome = publish_procedures(definitions=load_folder(folder))
        except (ProcedureFileError, VersionAlreadyPublished) as error:
            raise CommandError(str(error)) from None
        for name in outcome.new:
            self.stdout.write(f"Công bố {name}")
        self.stdout.write(f"{len(outcome.new)} mới, {len(outcome.unchanged)} không đổi.")

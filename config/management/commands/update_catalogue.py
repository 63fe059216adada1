"""Bring the catalogues of the interface in step with its Vietnamese texts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.catalogue import (
    catalogue_path,
    faults,
    read_catalogue,
    source_texts,
    update,
    write_catalogue,
)


class Command(BaseCommand):
    help = "Viết lại locale/*/LC_MESSAGES/django.po theo mã nguồn, giữ các bản dịch đã có."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        others = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        parser.add_argument(
            "languages", nargs="*", metavar="TIẾNG", default=others, help="ví dụ: en"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        texts = source_texts()
        for language in options["languages"]:
            path = catalogue_path(language)
            catalogue = update(read_catalogue(path, language), texts)
            write_catalogue(path, catalogue)
            waiting = list(faults(read_catalogue(path, language), texts))
            self.stdout.write(f"{language}: {len(catalogue)} câu, {len(waiting)} câu cần xem lại.")
            for sentence in waiting:
                self.stdout.write(f"  {sentence}")

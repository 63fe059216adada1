"""Nightly housekeeping in every commune: expired forms and files that nothing refers to."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from documents.files.storing import remove_orphans
from services.cases.drafts import discard_expired
from tenants.communes.current import each_commune


class Command(BaseCommand):
    """Throw away unsent forms after their last day, and stored bytes that never got a row."""

    help = "Xóa bản điền hết hạn và tệp không còn thuộc về hồ sơ nào, ở mọi đơn vị."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the communes one after another."""
        drafts = files = 0
        for _commune in each_commune():
            drafts += discard_expired()
            files += remove_orphans()
        self.stdout.write(f"Đã xóa {drafts} bản điền hết hạn, {files} tệp thừa.")

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


class RenderingConfig(AppConfig):
    """Turns a frozen document into a page and into PDF/A; keeps nothing."""

    name = "documents.rendering"

    def ready(self) -> None:
        """Have ``manage.py check`` read every layout."""
        register(check_layouts)


def check_layouts(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """One error for each thing wrong in a layout file."""
    from documents.rendering.layouts.registry import LayoutFileError, layouts

    try:
        layouts()
    except LayoutFileError as error:
        return [Error(problem, id="rendering.E001") for problem in error.problems]
    return []

"""The library's connection, with the few names that the product asks of its own."""

from __future__ import annotations

from django_tenants.postgresql_backend import base


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """Sets the search path before every statement, as the library does by default."""

    lost = False

    def take_lost(self) -> bool:
        """The library does not notice."""
        return False

    def forget_search_path(self) -> None:
        """The library does not remember it."""

"""One schema for all communes; a setting of the connection says whose rows are seen."""

from __future__ import annotations

from typing import Any

from tenants.communes.database import base

SCHEMA = "rls"
SETTING = "app.commune"


class DatabaseWrapper(base.DatabaseWrapper):
    """Changes the setting where the product changes the search path: one statement as well."""

    def _send_search_path(self, cursor: Any) -> str | None:
        code = str(self.schema_name).removeprefix(base.COMMUNE_PREFIX)
        cursor.execute(
            "SELECT set_config('search_path', %s, false), set_config(%s, %s, false)",
            [f"{SCHEMA}, public", SETTING, code],
        )
        cursor.fetchone()
        return self._expected_marker()

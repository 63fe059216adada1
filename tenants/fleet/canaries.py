"""Looking at an upgraded commune with the eyes of the application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import DatabaseError, connection
from psycopg2 import sql

from tenants.communes.current import at_centre, entered, info_of
from tenants.communes.database.base import MarkerMissing
from tenants.communes.models import Commune
from tenants.fleet.grants import application_role
from tenants.fleet.step_history import commune_apps


class CanaryFailed(Exception):
    """A commune that was to show whether the upgrade works does not work."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        listed = "; ".join(f"{code}: {reason}" for code, reason in reasons.items())
        super().__init__(
            f"Đơn vị thử trước không dùng được, nên những đơn vị khác chưa bị đụng đến. {listed}"
        )


def probe(codes: Iterable[str]) -> None:
    """Enter each commune and ask for every column that this code knows; raises CanaryFailed."""
    reasons = {}
    for code in codes:
        try:
            _probe(code)
        except (DatabaseError, MarkerMissing, _NotAsNeeded) as error:
            reasons[code] = str(error).strip()
    if reasons:
        raise CanaryFailed(reasons)


class _NotAsNeeded(Exception):
    """The schema lacks something that the application needs."""


def _probe(code: str) -> None:
    with at_centre():
        info = info_of(Commune.objects.get(code=code))
    if not info.is_served:
        raise _NotAsNeeded(f"Mã nguồn không phục vụ được phiên bản {info.schema_version}.")
    with entered(info), connection.cursor() as cursor:
        for config in commune_apps():
            for model in config.get_models(include_auto_created=True):
                columns = (str(field.column) for field in model._meta.concrete_fields)
                table = sql.Identifier(info.schema_name, model._meta.db_table)
                cursor.execute(
                    sql.SQL("SELECT {} FROM {} LIMIT 0").format(
                        sql.SQL(", ").join(map(sql.Identifier, columns)), table
                    )
                )
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, 'SELECT')",
                    [application_role(), table.as_string(cursor.cursor)],
                )
                if cursor.fetchone() != (True,):
                    raise _NotAsNeeded(f"Ứng dụng không có quyền đọc {model._meta.db_table}.")

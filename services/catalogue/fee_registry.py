"""The published fee tables of the provinces: which is in force on a day, and publishing them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

from django.db import transaction

from services.catalogue.errors import FeeTableAlreadyPublished
from services.catalogue.fee_tables import FeeTable, ProvinceFees
from services.catalogue.models import FeeTableVersion
from services.catalogue.publishing import Published
from services.catalogue.registry import FRESH_SECONDS
from tenants.kit.expiring_cache import ExpiringCache

_tables: ExpiringCache[str, tuple[FeeTable, ...]] = ExpiringCache(seconds=FRESH_SECONDS, size=64)


def fee_table(province_code: str, day: dt.date) -> FeeTable | None:
    """The table of a province in force on a day: the newest that has begun and not ended."""
    tables = _tables.get(province_code, lambda: _read(province_code))
    begun = [one for one in tables if one.valid_from <= day]
    newest = max(begun, key=lambda one: one.valid_from, default=None)
    if newest is None or (newest.valid_to is not None and newest.valid_to < day):
        return None
    return newest


@transaction.atomic
def publish_fee_tables(*, provinces: Iterable[ProvinceFees]) -> Published:
    """Store new tables; all or none. Raises FeeTableAlreadyPublished for changed content."""
    outcome = Published()
    stored = {
        (province, resolution): digest
        for province, resolution, digest in FeeTableVersion.objects.values_list(
            "province_code", "resolution", "digest"
        )
    }
    for fees in provinces:
        for table in fees.tables:
            digest, known = _digest(table), stored.get((fees.province, table.resolution))
            name = f"biểu phí {fees.province} {table.resolution}"
            if known == digest:
                outcome.unchanged.append(name)
                continue
            if known is not None:
                raise FeeTableAlreadyPublished(fees.province, table.resolution)
            FeeTableVersion.objects.create(
                province_code=fees.province,
                resolution=table.resolution,
                valid_from=table.valid_from,
                valid_to=table.valid_to,
                content=table.to_json(),
                digest=digest,
            )
            outcome.new.append(name)
    transaction.on_commit(_tables.clear)
    return outcome


def _read(province_code: str) -> tuple[FeeTable, ...]:
    rows = FeeTableVersion.objects.filter(province_code=province_code).order_by("valid_from")
    return tuple(FeeTable.model_validate(row.content) for row in rows)


def _digest(table: FeeTable) -> str:
    text = json.dumps(table.to_json(), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

"""The whole country in the registry, without schemas: for what must not enter any."""

from __future__ import annotations

from tenants.communes.current import at_centre
from tenants.communes.models import Commune
from tenants.communes.official_list import official_communes


def register_all() -> int:
    """Register every commune of the official list that is not; return how many there are now."""
    with at_centre():
        present = Commune.objects.get(code="00004")
        kept = {
            field.attname: getattr(present, field.attname)
            for field in Commune._meta.concrete_fields
        }
        rows = [
            Commune(**{**kept, "code": code, "schema_name": f"xa_{code}"})
            for code in official_communes()
        ]
        Commune.objects.bulk_create(rows, ignore_conflicts=True)
        return Commune.objects.count()

"""Making a database ready: shared tables, the application's rights, the calendar."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from tenants.calendar.days import load_calendar
from tenants.communes.current import at_centre
from tenants.fleet.blueprint import append_only_tables, get_blueprint
from tenants.fleet.grants import open_public_schema, set_default_privileges
from tenants.fleet.sharding import declare_shared_tables
from tenants.jobs.schedule import add_missing_schedules, bring_forward


def prepare_database(*, verbosity: int = 1) -> None:
    """Bring the shared schema up to date; run by the owner's role, as often as one likes.

    Raises BlueprintUnavailable, DeclaredOtherwise.
    """
    with at_centre():
        set_default_privileges()
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=verbosity)
        shared = [c for c in apps.get_app_configs() if c.name in settings.SHARED_APPS]
        open_public_schema(append_only_tables(shared))
        declare_shared_tables()
        new_days = load_calendar()
        add_missing_schedules()
        if new_days:
            bring_forward(settings.CALENDAR_TASK)
    get_blueprint()

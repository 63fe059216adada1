#!/usr/bin/env python
"""Run a management command of Xã Số."""

import os
import sys

# These create or change tables; everything else runs as the application role, which cannot.
OWNER_COMMANDS = {
    "drop_commune",
    "export_commune",
    "load_procedures",
    "makemigrations",
    "migrate_fleet",
    "move_commune",
    "onboard",
    "prepare_database",
    "restore_commune",
    "rotate_keys",
    "run_fleet_jobs",
}
# They would change communes behind the registry, which then says a version that is not there.
INSTEAD = {"migrate": "migrate_fleet", "migrate_schemas": "migrate_fleet"}
# Their transactions may take longer than a page's.
JOB_COMMANDS = {"run_jobs"}


def main() -> None:
    """Choose the database role and the time limits that the command needs, then run it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and (instead := INSTEAD.get(sys.argv[1])):
        sys.exit(f"Ở đây dùng “{instead}” thay cho “{sys.argv[1]}”.")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("DATABASE_ROLE", "owner")
    if len(sys.argv) > 1 and sys.argv[1] in JOB_COMMANDS:
        os.environ.setdefault("DATABASE_WORK", "jobs")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

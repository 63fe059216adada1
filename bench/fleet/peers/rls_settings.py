"""The product with all communes' rows in the same tables, kept apart by row-level security."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES["default"]["ENGINE"] = "bench.fleet.peers.rls_database"

"""The product with one more migration of a commune's schema: a field is added."""

from config.settings import *  # noqa: F403
from config.settings import COMMUNE_MIGRATIONS
from tenants.communes.versions import SchemaStep

MIGRATION_MODULES = {"organisation": "bench.fleet.later.ours"}
COMMUNE_MIGRATIONS = (*COMMUNE_MIGRATIONS, SchemaStep("organisation", "0002_bench_ours"))

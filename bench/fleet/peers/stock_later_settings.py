"""The library's way, with one more migration of a commune's schema."""

from bench.fleet.peers.stock_settings import *  # noqa: F403

MIGRATION_MODULES = {"organisation": "bench.fleet.later.stock"}

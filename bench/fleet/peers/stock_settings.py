"""The product on django-tenants as it comes: its connection, its choice of the tenant."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES, MIDDLEWARE

DATABASES["default"]["ENGINE"] = "bench.fleet.peers.stock_database"
MIDDLEWARE = [
    "bench.fleet.peers.stock_middleware.StockMiddleware"
    if name == "tenants.communes.middleware.CommuneMiddleware"
    else name
    for name in MIDDLEWARE
]

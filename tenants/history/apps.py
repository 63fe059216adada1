"""App of a commune's history (tables in every commune's schema)."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """A commune's chain of events."""

    name = "tenants.history"
    label = "history"
    verbose_name = "lịch sử"

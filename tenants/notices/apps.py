"""App of notices (shared tables)."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices to people and their ways out of the house."""

    name = "tenants.notices"
    label = "notices"
    verbose_name = "thông báo"

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The operator's pages about communes and the fleet."""

    name = "tenants.console"
    label = "console"

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Holds the commands that set a deployment up."""

    name = "config"

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages for the people who ask: find a commune, procedures, file, follow, verify."""

    name = "citizens.portal"
    label = "portal"

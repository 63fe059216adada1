from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The procedures a commune carries out, each in dated versions."""

    name = "services.catalogue"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """The organisation of a commune, in its schema."""

    name = "tenants.organisation"
    default_auto_field = "django.db.models.BigAutoField"

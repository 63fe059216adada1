from django.apps import AppConfig


class FleetConfig(AppConfig):
    """Onboarding; it has no tables yet."""

    name = "tenants.fleet"
    default_auto_field = "django.db.models.BigAutoField"

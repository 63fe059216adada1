from django.apps import AppConfig


class FleetConfig(AppConfig):
    """Onboarding, upgrades, and what operators did."""

    name = "tenants.fleet"

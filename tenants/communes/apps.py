from django.apps import AppConfig


class CommunesConfig(AppConfig):
    """The registry of communes, shared."""

    name = "tenants.communes"
    default_auto_field = "django.db.models.BigAutoField"

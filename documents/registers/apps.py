from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """The registers of a commune: number series and issued documents."""

    name = "documents.registers"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Sổ văn bản"

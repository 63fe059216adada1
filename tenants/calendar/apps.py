from django.apps import AppConfig


class CalendarConfig(AppConfig):
    """The calendar of special days, shared."""

    name = "tenants.calendar"
    default_auto_field = "django.db.models.BigAutoField"

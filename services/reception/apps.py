from django.apps import AppConfig


class ReceptionConfig(AppConfig):
    """The hall of a commune's one-stop desk."""

    name = "services.reception"
    label = "reception"

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """One row a case, in public, so that a person sees their cases of all communes at once."""

    name = "services.tracking"
    label = "tracking"

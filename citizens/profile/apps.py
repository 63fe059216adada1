from django.apps import AppConfig


class ProfileConfig(AppConfig):
    """What the platform holds about a person, for that person: see, correct, download, close."""

    name = "citizens.profile"
    label = "profile"

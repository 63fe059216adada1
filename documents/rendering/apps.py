from django.apps import AppConfig


class RenderingConfig(AppConfig):
    """Turns a frozen document into a page and into PDF/A; keeps nothing."""

    name = "documents.rendering"

"""App of a commune's stored files (tables in every commune's schema)."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """A commune's stored files."""

    name = "documents.files"
    label = "files"
    verbose_name = "tệp"

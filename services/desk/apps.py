from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The officials' pages for cases: work list, one case, its moves, the counter."""

    name = "services.desk"
    label = "desk"

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases of a commune: filing, intake, processing, decision, delivery, deadlines."""

    name = "services.cases"
    label = "cases"

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases of a commune: filing, intake, processing, decision, delivery, deadlines."""

    name = "services.cases"
    label = "cases"
    # What the organisation's pages ask about officials' work (tenants.organisation.work).
    work_of_officials = "services.cases.handing_over.CaseWork"

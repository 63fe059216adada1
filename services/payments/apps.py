from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Fees due, money received, receipts, refunds and the closing of days; in every commune."""

    name = "services.payments"
    label = "payments"
    verbose_name = "phí, lệ phí"

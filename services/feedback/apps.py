from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """What people say about the service: ratings, complaints and proposals."""

    name = "services.feedback"
    label = "feedback"

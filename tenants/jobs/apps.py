"""App of the queue of jobs (shared tables)."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The queue of jobs."""

    name = "tenants.jobs"
    label = "jobs"
    verbose_name = "việc nền"

"""Check the jobs that were there already; writing goes on meanwhile."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_fleet_is_centre")]

    operations = [ValidateConstraint(model_name="job", name="jobs_job_fleet_is_centre")]

"""The fleet's jobs belong to the centre and all others to a commune.

Without reading the table under the strong lock: what is there is checked by the next migration.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_schedule")]

    operations = [
        AddConstraintNotValid(
            model_name="job",
            constraint=models.CheckConstraint(
                name="jobs_job_fleet_is_centre",
                condition=models.Q(
                    models.Q(("commune_code", "00000"), ("queue", "fleet")),
                    models.Q(
                        models.Q(("queue", "fleet"), _negated=True),
                        models.Q(("commune_code", "00000"), _negated=True),
                    ),
                    _connector="OR",
                ),
            ),
        ),
    ]

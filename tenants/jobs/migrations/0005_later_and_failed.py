"""Jobs for a later time stand aside; they and the failed ones are found by indexes of their own.

The indexes are made while jobs come and go. The migration may be run again after a break: what a
broken attempt left behind is an invalid index, which is dropped first.
"""

from django.db import migrations, models

INDEXES = (
    ("jobs_job_later", "not_before", "later"),
    ("jobs_job_failed", "id", "failed"),
)


def _make(name, column, state):
    return migrations.RunSQL(
        [
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON jobs_job ({column}) "
            f"WHERE state = '{state}'",
        ],
        reverse_sql=f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        state_operations=[
            migrations.AddIndex(
                model_name="job",
                index=models.Index(
                    fields=[column], name=name, condition=models.Q(("state", state))
                ),
            )
        ],
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("jobs", "0004_fleet_is_centre_checked")]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="state",
            field=models.CharField(
                choices=[
                    ("later", "hẹn giờ"),
                    ("queued", "đang chờ"),
                    ("running", "đang chạy"),
                    ("done", "đã xong"),
                    ("failed", "thất bại"),
                ],
                default="queued",
                max_length=8,
            ),
        ),
        *(_make(*index) for index in INDEXES),
    ]

"""Who wants to leave is found without reading every account.

The index is made while people sign in; the migration may be run again after a break.
"""

from django.db import migrations, models

NAME = "accounts_account_closing"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0004_reachable_by_verified_number")]

    operations = [
        migrations.RunSQL(
            [
                f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}",
                f"CREATE INDEX CONCURRENTLY {NAME} ON accounts_account (closing_asked_at) "
                "WHERE closing_asked_at IS NOT NULL",
            ],
            reverse_sql=f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}",
            state_operations=[
                migrations.AddIndex(
                    model_name="account",
                    index=models.Index(
                        condition=models.Q(("closing_asked_at__isnull", False)),
                        fields=["closing_asked_at"],
                        name=NAME,
                    ),
                ),
            ],
        ),
    ]

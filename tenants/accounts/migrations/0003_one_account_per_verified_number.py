"""Of all accounts that carry an identity number, one can be the person's.

The index is made while people sign in; the migration may be run again after a break.
"""

from django.db import migrations, models

NAME = "accounts_account_verified_id"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0002_consent_tries_and_second_factor")]

    operations = [
        migrations.RunSQL(
            [
                f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}",
                f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON accounts_account (national_id_index) "
                "WHERE national_id_verified_at IS NOT NULL",
            ],
            reverse_sql=f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}",
            state_operations=[
                migrations.AddConstraint(
                    model_name="account",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("national_id_verified_at__isnull", False)),
                        fields=("national_id_index",),
                        name=NAME,
                    ),
                ),
            ],
        ),
    ]

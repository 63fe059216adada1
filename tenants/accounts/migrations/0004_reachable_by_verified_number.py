"""An account whose number an identity provider vouched for needs no phone number or address.

The looser rule is added before the stricter one goes, so that there is always one; no row can
break it, and checking the rows does not keep anybody from signing in.
"""

from django.db import migrations, models

TABLE, NAME = "accounts_account", "accounts_account_reachable"
STRICT = "email IS NOT NULL OR phone IS NOT NULL"
LOOSE = f"{STRICT} OR national_id_verified_at IS NOT NULL"


def replace_by(condition: str) -> list[str]:
    """Return the statements that put a check with this condition in the place of the present."""
    return [
        f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}_new",
        f"ALTER TABLE {TABLE} ADD CONSTRAINT {NAME}_new CHECK ({condition}) NOT VALID",
        f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {NAME}_new",
        f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}",
        f"ALTER TABLE {TABLE} RENAME CONSTRAINT {NAME}_new TO {NAME}",
    ]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0003_one_account_per_verified_number")]

    operations = [
        migrations.RunSQL(
            replace_by(LOOSE),
            reverse_sql=replace_by(STRICT),
            state_operations=[
                migrations.RemoveConstraint(model_name="account", name=NAME),
                migrations.AddConstraint(
                    model_name="account",
                    constraint=models.CheckConstraint(
                        name=NAME,
                        condition=models.Q(
                            ("email__isnull", False),
                            ("phone__isnull", False),
                            ("national_id_verified_at__isnull", False),
                            _connector="OR",
                        ),
                    ),
                ),
            ],
        ),
    ]

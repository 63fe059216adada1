"""Tables of the first release."""

import tenants.kit.fields
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("sequence", models.BigIntegerField(default=0)),
                ("hash", models.CharField(default="", max_length=64)),
            ],
            options={
                "verbose_name": "đầu chuỗi sự kiện",
                "verbose_name_plural": "đầu chuỗi sự kiện",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="history_chainhead_single"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("verb", models.CharField(max_length=48)),
                ("subject_id", models.UUIDField()),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("citizen", "công dân"),
                            ("official", "cán bộ"),
                            ("system", "hệ thống"),
                        ],
                        max_length=8,
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(default="", max_length=120)),
                ("actor_title", models.CharField(default="", max_length=120)),
                ("from_state", models.CharField(default="", max_length=24)),
                ("to_state", models.CharField(default="", max_length=24)),
                ("details", tenants.kit.fields.EncryptedJSONField(null=True)),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "sự kiện",
                "verbose_name_plural": "sự kiện",
                "ordering": ["sequence"],
                "indexes": [
                    models.Index(fields=["subject_id", "sequence"], name="history_event_subject")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("sequence",), name="history_event_sequence")
                ],
            },
        ),
    ]

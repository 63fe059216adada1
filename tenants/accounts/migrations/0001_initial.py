"""Tables of the first release."""

import django.db.models.functions.datetime
import tenants.kit.fields
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("full_name", models.CharField(max_length=120, verbose_name="họ và tên")),
                ("email", models.EmailField(max_length=254, null=True, verbose_name="thư điện tử")),
                ("phone", models.CharField(max_length=11, null=True, verbose_name="số điện thoại")),
                (
                    "national_id",
                    tenants.kit.fields.EncryptedJSONField(
                        null=True, verbose_name="số định danh cá nhân"
                    ),
                ),
                ("national_id_index", models.CharField(default="", max_length=32)),
                ("birth_date", models.DateField(null=True, verbose_name="ngày sinh")),
                ("address", models.CharField(default="", max_length=250, verbose_name="nơi ở")),
                ("is_active", models.BooleanField(default=True, verbose_name="đang dùng")),
                ("is_operator", models.BooleanField(default=False, verbose_name="người vận hành")),
                (
                    "date_joined",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="ngày tạo",
                    ),
                ),
            ],
            options={
                "verbose_name": "tài khoản",
                "verbose_name_plural": "tài khoản",
                "indexes": [
                    models.Index(
                        condition=models.Q(("national_id_index", ""), _negated=True),
                        fields=["national_id_index"],
                        name="accounts_account_national_id",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("email",), name="accounts_account_email"),
                    models.UniqueConstraint(fields=("phone",), name="accounts_account_phone"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email__isnull", False), ("phone__isnull", False), _connector="OR"
                        ),
                        name="accounts_account_reachable",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeskSession",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("commune_code", models.CharField(max_length=5)),
                ("opened_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "bàn làm việc đang mở",
                "verbose_name_plural": "bàn làm việc đang mở",
                "indexes": [
                    models.Index(fields=["account_id"], name="accounts_desk_account"),
                    models.Index(fields=["opened_at"], name="accounts_desk_opened"),
                ],
            },
        ),
    ]

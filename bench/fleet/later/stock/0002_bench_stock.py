from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]
    operations = [
        migrations.AddField(
            "department", "bench_stock", models.CharField(max_length=20, default="")
        )
    ]

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_material_origin_material_origin_version_and_more"),
    ]

    operations = [
        migrations.AddField(
            model_name="material",
            name="filed_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
    ]

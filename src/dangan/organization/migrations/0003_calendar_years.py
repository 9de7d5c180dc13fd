from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0002_calendar")]

    operations = [
        migrations.AddField(
            model_name="holiday",
            name="year",
            field=models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="subject",
            name="completeness",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]

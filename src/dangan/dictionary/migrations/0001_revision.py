from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.UUIDField()),
                ("what", models.CharField(max_length=120)),
                ("document", models.JSONField()),
            ],
            options={"db_table": "dictionary_revision"},
        ),
    ]

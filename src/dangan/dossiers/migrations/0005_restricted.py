"""Restricted dossiers 限制处理."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0004_proposals"),
    ]

    operations = [
        migrations.AddField(
            model_name="subject",
            name="restricted_at",
            field=models.DateTimeField(null=True),
        ),
    ]

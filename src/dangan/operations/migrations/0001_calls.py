"""Calls of the API by account and minute."""

from django.db import migrations

FORWARD = """
CREATE UNLOGGED TABLE operations_calls (
    actor uuid CONSTRAINT operations_calls_pk PRIMARY KEY,
    minute bigint NOT NULL,
    calls integer NOT NULL
) WITH (fillfactor = 50);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(FORWARD, "DROP TABLE operations_calls")]

"""When an epoch stopped wrapping keys; keys that are withheld: a table of their own, so that no
reader can find them by forgetting to ask."""

from django.db import migrations

FORWARD = """
ALTER TABLE keystore.epoch ADD COLUMN closed_at timestamptz;
COMMENT ON COLUMN keystore.epoch.closed_at IS
    'When the last data key was wrapped anew under a later epoch';

CREATE TABLE keystore.withheld_key (
    subject uuid CONSTRAINT withheld_key_pk PRIMARY KEY,
    version smallint NOT NULL CONSTRAINT withheld_key_version CHECK (version > 0),
    epoch integer NOT NULL CONSTRAINT withheld_key_epoch REFERENCES keystore.epoch,
    wrapped bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE keystore.withheld_key IS
    'Data keys of restricted subjects: stored, opened by nobody until they are given back';
"""

BACK = """
INSERT INTO keystore.data_key SELECT subject, version, epoch, wrapped FROM keystore.withheld_key;
DROP TABLE keystore.withheld_key;
ALTER TABLE keystore.epoch DROP COLUMN closed_at;
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_keystore")]
    operations = [migrations.RunSQL(FORWARD, BACK)]

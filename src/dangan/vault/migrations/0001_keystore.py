"""The keystore: a schema of its own, so that it can be backed up and destroyed apart from data."""

from django.db import migrations

FORWARD = """
CREATE SCHEMA keystore;

CREATE TABLE keystore.epoch (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT epoch_pk PRIMARY KEY,
    wrapped bytea,
    rotating boolean NOT NULL DEFAULT false,
    opened_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CONSTRAINT epoch_key_or_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
COMMENT ON TABLE keystore.epoch IS
    'Key-encryption keys, each wrapped under a key derived from the root secret';

-- Room in each page lets a rotation update rows in place, without touching the index.
CREATE TABLE keystore.data_key (
    subject uuid CONSTRAINT data_key_pk PRIMARY KEY,
    version smallint NOT NULL CONSTRAINT data_key_version CHECK (version > 0),
    epoch integer NOT NULL CONSTRAINT data_key_epoch REFERENCES keystore.epoch,
    wrapped bytea NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE keystore.data_key IS
    'One random data key a subject, wrapped under its epoch';

CREATE TABLE keystore.destroyed (
    subject uuid CONSTRAINT destroyed_pk PRIMARY KEY,
    epoch integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE keystore.destroyed IS
    'Whose data key was destroyed when, and the last epoch that can still have wrapped it';

CREATE TABLE keystore.named_secret (
    name text CONSTRAINT named_secret_pk PRIMARY KEY,
    wrapped bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE keystore.named_secret IS
    'Secrets of the installation, such as the key that signs the log';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(FORWARD, "DROP SCHEMA keystore CASCADE")]

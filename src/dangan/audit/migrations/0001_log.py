"""The log's tables. They have no Django models: rows are only ever added, and read by hand."""

from django.db import migrations

TABLES = """
CREATE TABLE audit_era (
    id smallint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_era_pk PRIMARY KEY,
    cluster bigint,
    settled_from bigint NOT NULL DEFAULT 0,
    settled_to bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE audit_era IS
    'Transaction numbers order the log; a database restored into a new cluster counts them anew.
     Leaves settled_from up to settled_to closed the era before, in no particular order';
-- The server reads its control file by its full path, which its account may not be able to walk.
DO $$ BEGIN
    INSERT INTO audit_era (cluster) SELECT system_identifier FROM pg_control_system();
EXCEPTION WHEN OTHERS THEN
    INSERT INTO audit_era (cluster) VALUES (NULL);
END $$;

CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_event_pk PRIMARY KEY,
    era smallint NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL,
    request uuid NOT NULL,
    actor uuid NOT NULL,
    kind text NOT NULL,
    address text NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    subject uuid,
    object text NOT NULL,
    entry bytea NOT NULL
);
COMMENT ON COLUMN audit_event.entry IS
    'The bytes the log hashes; the other columns repeat parts of them for searching';
CREATE INDEX audit_event_order ON audit_event (era, xid, id);
CREATE INDEX audit_event_at ON audit_event (at, id);
CREATE INDEX audit_event_actor ON audit_event (actor, at, id);
CREATE INDEX audit_event_subject ON audit_event (subject, at, id) WHERE subject IS NOT NULL;
CREATE INDEX audit_event_action ON audit_event (action, at, id);

-- No foreign keys to audit_event: a missing event must be found by checking, not made impossible
-- by a constraint that whoever deletes it would drop first.
CREATE TABLE audit_leaf (
    number bigint CONSTRAINT audit_leaf_pk PRIMARY KEY,
    event bigint NOT NULL CONSTRAINT audit_leaf_event UNIQUE,
    hash bytea NOT NULL CONSTRAINT audit_leaf_hash CHECK (length(hash) = 32)
);
CREATE TABLE audit_tile (
    level smallint NOT NULL,
    number bigint NOT NULL,
    hashes bytea NOT NULL CONSTRAINT audit_tile_full CHECK (length(hashes) = 8192),
    root bytea NOT NULL CONSTRAINT audit_tile_root CHECK (length(root) = 32),
    CONSTRAINT audit_tile_pk PRIMARY KEY (level, number)
);
CREATE TABLE audit_checkpoint (
    size bigint CONSTRAINT audit_checkpoint_pk PRIMARY KEY,
    root bytea NOT NULL,
    note text NOT NULL,
    era smallint NOT NULL,
    xid xid8 NOT NULL,
    event bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE audit_checkpoint IS
    'Signed checkpoints; era, xid and event say how far into the log the tree reaches';

CREATE TABLE audit_verification (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_verification_pk PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    report jsonb NOT NULL
);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log only grows: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""

TRIGGER = """
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grows;
"""

GROWING = (
    "audit_era",
    "audit_event",
    "audit_leaf",
    "audit_tile",
    "audit_checkpoint",
    "audit_verification",
)

BACKWARD = """
DROP TABLE audit_verification, audit_checkpoint, audit_tile, audit_leaf, audit_event, audit_era;
DROP FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("vault", "0001_keystore")]
    operations = [
        migrations.RunSQL(
            TABLES + "".join(TRIGGER.format(table=name) for name in GROWING), BACKWARD
        )
    ]

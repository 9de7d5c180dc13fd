-- Two roles for the database of dangan: one owns it and changes its structure, the other works in it.
--
-- Run it as a superuser in that database before the first `dangan migrate`, and after every one:
--     psql -d dangan -f roles.sql
-- Then `dangan migrate` connects as dangan_owner, everything else as dangan_app. Passwords or
-- certificates are given apart (ALTER ROLE … PASSWORD, pg_hba.conf).
--
-- dangan_app can add to the log and read it; it can neither change nor empty it, nor switch off the
-- triggers that refuse it, nor drop or alter a table, nor make believe a migration was applied.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dangan_owner') THEN
        CREATE ROLE dangan_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dangan_app') THEN
        CREATE ROLE dangan_app LOGIN;
    END IF;
    EXECUTE format('ALTER DATABASE %I OWNER TO dangan_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO dangan_app', current_database());
END $$;

ALTER SCHEMA public OWNER TO dangan_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO dangan_app;

-- What a later version adds is the app's to work in, and nobody else's.
ALTER DEFAULT PRIVILEGES FOR ROLE dangan_owner
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO dangan_app;
ALTER DEFAULT PRIVILEGES FOR ROLE dangan_owner GRANT USAGE, SELECT ON SEQUENCES TO dangan_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO dangan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO dangan_app;

DO $$
DECLARE
    growing text;
BEGIN
    IF to_regnamespace('keystore') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA keystore TO dangan_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA keystore TO dangan_app;
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA keystore TO dangan_app;
    END IF;
    FOREACH growing IN ARRAY ARRAY[
        'audit_era', 'audit_event', 'audit_leaf', 'audit_tile', 'audit_checkpoint',
        'audit_verification'
    ] LOOP
        IF to_regclass(growing) IS NOT NULL THEN
            EXECUTE format('REVOKE ALL ON %I FROM dangan_app', growing);
            EXECUTE format('GRANT SELECT, INSERT ON %I TO dangan_app', growing);
        END IF;
    END LOOP;
    IF to_regclass('django_migrations') IS NOT NULL THEN
        REVOKE ALL ON django_migrations FROM dangan_app;
        GRANT SELECT ON django_migrations TO dangan_app;
    END IF;
    -- After a restore into another cluster the sequencer locks the log for a moment, to begin a
    -- new era. Before PostgreSQL 17 no right but UPDATE or DELETE allows that: there, run
    -- `dangan sequencer` once as dangan_owner after a restore.
    IF current_setting('server_version_num')::int >= 170000
        AND to_regclass('audit_event') IS NOT NULL THEN
        EXECUTE 'GRANT MAINTAIN ON audit_event TO dangan_app';
    END IF;
END $$;

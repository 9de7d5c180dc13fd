"""The function that counts a deed in one statement."""

from django.db import migrations

COUNT = """
CREATE FUNCTION security_count(
    p_account uuid, p_kind text, p_deed text, p_subject uuid, p_people int, p_tokens bigint[],
    p_roles text[], p_free boolean, p_now timestamptz, p_day date, p_midnight timestamptz,
    p_address text,
    OUT met text, OUT hour_used int, OUT hour_allowed int, OUT day_used int, OUT day_allowed int,
    OUT export_used int, OUT export_allowed int, OUT frees_at timestamptz, OUT tripped boolean
) LANGUAGE plpgsql AS $$
DECLARE
    single boolean := p_subject IS NOT NULL;
    extra int;
    new_today boolean;
BEGIN
    met := ''; tripped := false;
    hour_used := 0; hour_allowed := 0; day_used := 0; day_allowed := 0;
    export_used := 0; export_allowed := 0;

    IF single AND EXISTS (SELECT 1 FROM security_opening o WHERE o.account = p_account
            AND o.at > p_now - interval '1 hour' AND o.subject = p_subject) THEN
        -- Counted within the hour. A reveal still springs a canary of its own.
        IF p_deed = 'open' THEN RETURN; END IF;
    ELSIF NOT p_free THEN
        -- From here on one deed of an account at a time: each statement below sees what the one
        -- that held the row before has committed.
        INSERT INTO security_meter AS m (account, day, exported) VALUES (p_account, p_day, 0)
            ON CONFLICT (account) DO UPDATE SET day = excluded.day,
                exported = CASE WHEN m.day = excluded.day THEN m.exported ELSE 0 END
            RETURNING m.exported INTO export_used;
        SELECT max(b.per_hour), max(b.per_day), max(b.exported_per_day)
            INTO hour_allowed, day_allowed, export_allowed
            FROM security_budget b WHERE b.role = ANY(p_roles);
        IF hour_allowed IS NULL THEN
            SELECT b.per_hour, b.per_day, b.exported_per_day
                INTO hour_allowed, day_allowed, export_allowed
                FROM security_budget b WHERE b.role = '*';
        END IF;
        -- Without any row, as little as a role that nobody thought of.
        hour_allowed := coalesce(hour_allowed, 20);
        day_allowed := coalesce(day_allowed, 60);
        export_allowed := coalesce(export_allowed, 500);
        SELECT coalesce(sum(e.people), 0) INTO extra FROM security_extension e
            WHERE e.account = p_account AND e.day = p_day AND e.state = 'agreed';
        hour_allowed := hour_allowed + extra;
        day_allowed := day_allowed + extra;
        export_allowed := export_allowed + extra;
        IF single THEN
            SELECT count(DISTINCT o.subject), min(o.at) + interval '1 hour'
                INTO hour_used, frees_at FROM security_opening o
                WHERE o.account = p_account AND o.at > p_now - interval '1 hour';
            SELECT count(DISTINCT o.subject), count(*) FILTER (WHERE o.subject = p_subject) = 0
                INTO day_used, new_today FROM security_opening o
                WHERE o.account = p_account AND o.at >= p_midnight;
            IF new_today AND day_used >= day_allowed THEN
                met := 'day'; frees_at := p_midnight + interval '1 day'; RETURN;
            ELSIF hour_used >= hour_allowed THEN
                met := 'hour'; RETURN;
            END IF;
            INSERT INTO security_opening (account, subject, at)
                VALUES (p_account, p_subject, p_now);
        ELSE
            IF export_used + p_people > export_allowed THEN
                met := 'export'; frees_at := p_midnight + interval '1 day'; RETURN;
            END IF;
            UPDATE security_meter m SET exported = m.exported + p_people
                WHERE m.account = p_account;
        END IF;
    END IF;

    INSERT INTO security_trip (canary, account, kind, deed, people, address, at)
        SELECT c.id, p_account, p_kind, p_deed, p_people, p_address, p_now
        FROM security_canary c WHERE c.token = ANY(p_tokens) AND c.state = 'planted';
    tripped := FOUND;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("security", "0001_brakes_and_alarms")]
    operations = [
        migrations.RunSQL(COUNT, "DROP FUNCTION security_count;"),
    ]

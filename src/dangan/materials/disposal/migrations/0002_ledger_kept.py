"""The ledger of destructions cannot be changed or deleted before its time, by nobody."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION disposal_ledger_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'done' AND (TG_OP = 'UPDATE' OR OLD.keep_until >= current_date) THEN
        RAISE EXCEPTION 'the ledger of destructions is kept until %', OLD.keep_until;
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER ledger_kept BEFORE UPDATE OR DELETE ON disposal_destructionlist
    FOR EACH ROW EXECUTE FUNCTION disposal_ledger_kept();

CREATE FUNCTION disposal_line_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM disposal_destructionlist l
               WHERE l.id = OLD.list_id AND l.state = 'done' AND l.keep_until >= current_date) THEN
        RAISE EXCEPTION 'this line of the ledger is kept with its list';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER line_kept BEFORE DELETE ON disposal_item
    FOR EACH ROW EXECUTE FUNCTION disposal_line_kept();
CREATE TRIGGER witness_kept BEFORE DELETE ON disposal_witness
    FOR EACH ROW EXECUTE FUNCTION disposal_line_kept();
"""

BACK = """
DROP TRIGGER witness_kept ON disposal_witness;
DROP TRIGGER line_kept ON disposal_item;
DROP TRIGGER ledger_kept ON disposal_destructionlist;
DROP FUNCTION disposal_line_kept();
DROP FUNCTION disposal_ledger_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("disposal", "0001_destruction")]
    operations = [migrations.RunSQL(FORWARD, BACK)]

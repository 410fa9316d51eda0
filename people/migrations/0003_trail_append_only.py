"""The database itself refuses to change or delete a step of a run's trail."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION people_runevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The trail of a run is append-only: % refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER people_runevent_append_only BEFORE UPDATE OR DELETE ON people_runevent
    FOR EACH ROW EXECUTE FUNCTION people_runevent_refuse();
"""
ALLOW = """
DROP TRIGGER people_runevent_append_only ON people_runevent;
DROP FUNCTION people_runevent_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_truthful_runs")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]

"""Chains the events that are there, ten thousand a transaction; from then on none is added without a link.

It can be interrupted and run again: it goes on after the last link.
"""

from django.db import migrations, transaction

from neurons_admin.audit import chain

BATCH = 10_000
# What events are about, as far as their own columns tell. The trigger that refuses changes is off for this alone.
NAME_SUBJECTS = """
ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only;
UPDATE audit_event SET about = ARRAY[subject_type || ':' || subject_id] WHERE about = '{}';
ALTER TABLE audit_event ENABLE TRIGGER audit_event_append_only;
"""
GUARD = """
CREATE FUNCTION audit_event_refuse_unchained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id::text = ANY (string_to_array(coalesce(current_setting('audit.chained', true), ''), ',')) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'Event % was not chained: nothing was recorded.', NEW.id USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE CONSTRAINT TRIGGER audit_event_is_chained AFTER INSERT ON audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_event_refuse_unchained();
"""
UNGUARD = """
DROP TRIGGER audit_event_is_chained ON audit_event;
DROP FUNCTION audit_event_refuse_unchained();
"""
NEXT = f"""
SELECT {chain.COLUMNS} FROM audit_event e
WHERE e.id > (SELECT coalesce(max(event_id), 0) FROM audit_link) ORDER BY e.id LIMIT {BATCH}
"""


def chain_events(apps, schema_editor):
    connection = schema_editor.connection
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(NAME_SUBJECTS)
    while True:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(NEXT)
            events = [chain.Recorded(*row) for row in cursor.fetchall()]
            if not events:
                return
            chain.link(cursor, events)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0005_chain")]

    operations = [
        migrations.RunPython(chain_events, migrations.RunPython.noop, elidable=False),
        migrations.RunSQL(GUARD, UNGUARD),
    ]

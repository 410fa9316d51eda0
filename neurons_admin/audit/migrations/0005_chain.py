"""Links that chain the events; what else an event is about; and a database that refuses to empty either table."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# The deferred trigger catches a commit that comes past the product's database backend: nothing is recorded unchained.
GUARD = """
CREATE TRIGGER audit_event_never_emptied BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse();
CREATE TRIGGER audit_link_append_only BEFORE UPDATE OR DELETE ON audit_link
    FOR EACH ROW EXECUTE FUNCTION audit_event_refuse();
CREATE TRIGGER audit_link_never_emptied BEFORE TRUNCATE ON audit_link
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse();
"""
UNGUARD = """
DROP TRIGGER audit_link_never_emptied ON audit_link;
DROP TRIGGER audit_link_append_only ON audit_link;
DROP TRIGGER audit_event_never_emptied ON audit_event;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_at_by_database_clock")]

    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_id", models.BigIntegerField(unique=True)),
                ("key_id", models.CharField(max_length=8)),
                ("mac", models.BinaryField(max_length=32)),
            ],
            options={"ordering": ("position",)},
        ),
        migrations.AddField(
            "event",
            "about",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=120), default=list, size=None
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]

"""Everything that is on record about a person, a credential or a connector is found by an index."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_chain_what_is_there")]

    operations = [
        migrations.AddIndex("event", GinIndex(fields=["about"], name="audit_event_about", fastupdate=False)),
    ]

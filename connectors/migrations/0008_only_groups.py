"""A connector imports only members of some groups, and remembers on what people were last read."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connectors", "0007_timetable_and_filters")]

    operations = [
        migrations.AddField(
            model_name="connector",
            name="import_only_groups",
            field=django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=36),
                blank=True,
                db_default=models.Value([], django.contrib.postgres.fields.ArrayField(models.CharField())),
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="connector",
            name="delta_basis",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=80),
        ),
    ]

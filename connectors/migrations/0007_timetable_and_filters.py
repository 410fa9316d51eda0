"""Schedules in a time zone of their own, when data is stale, and who is imported."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connectors", "0006_held_syncs")]

    operations = [
        migrations.AddField(
            model_name="connector",
            name="time_zone",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="connector",
            name="stale_after_hours",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="connector", name="import_members", field=models.BooleanField(db_default=True, default=True)
        ),
        migrations.AddField(
            model_name="connector", name="import_disabled", field=models.BooleanField(db_default=True, default=True)
        ),
        migrations.AddField(
            model_name="connector", name="import_sign_ins", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(
            model_name="connector",
            name="sign_ins_read_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        *(
            migrations.AddField(
                model_name="connector",
                name=name,
                field=django.contrib.postgres.fields.ArrayField(
                    models.CharField(max_length=length),
                    blank=True,
                    db_default=models.Value([], django.contrib.postgres.fields.ArrayField(models.CharField())),
                    default=list,
                    size=None,
                ),
            )
            for name, length in (("import_departments", 64), ("import_domains", 255))
        ),
    ]

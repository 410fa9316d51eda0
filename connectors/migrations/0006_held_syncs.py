"""Synchronisations that wait for a decision or are paused; of all that are not over a connector has one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connectors", "0005_calls_by_app")]

    operations = [
        migrations.AddField(
            model_name="syncrun",
            name="question",
            field=models.JSONField(default=dict, db_default=models.Value({}, models.JSONField())),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="accepted",
            field=models.JSONField(default=dict, db_default=models.Value({}, models.JSONField())),
        ),
        migrations.AlterField(
            model_name="syncrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Waiting"),
                    ("running", "Running"),
                    ("held", "Waits for a decision"),
                    ("paused", "Paused"),
                    ("succeeded", "Done"),
                    ("stopped", "Stopped"),
                    ("failed", "Failed"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="syncrun", name="one_open_sync_per_connector"),
        migrations.AddConstraint(
            model_name="syncrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running", "held", "paused"])),
                fields=("connector",),
                name="one_open_sync_per_connector",
            ),
        ),
    ]

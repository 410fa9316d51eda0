"""Each call says with which app registration it was made; an index holds what the separation self-check asks for."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("connectors", "0004_streams")]

    operations = [
        migrations.AddField("synccall", "client_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "synccall",
            models.Index(fields=["started_at"], include=["client_id", "method"], name="synccall_recent"),
        ),
    ]

"""Each call says with which app registration it was made; an index holds what the separation self-check asks for."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("people", "0007_room_on_pages")]

    operations = [
        migrations.AddField("actioncall", "client_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "actioncall",
            models.Index(fields=["started_at"], include=["client_id", "method"], name="actioncall_recent"),
        ),
    ]

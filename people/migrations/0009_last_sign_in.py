"""When an account was last signed in to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_matches")]

    operations = [migrations.AddField("account", "last_sign_in_at", models.DateTimeField(null=True))]

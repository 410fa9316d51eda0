"""E-mail addresses that several people have, to be decided by somebody; those there are are found once, here."""

import django.contrib.postgres.fields
from django.db import migrations, models

FIND = """
INSERT INTO people_match (email_key)
SELECT p.email_key FROM people_person p JOIN people_account a ON a.person_id = p.id WHERE p.email_key <> ''
GROUP BY p.email_key HAVING count(DISTINCT p.id) > 1 AND count(DISTINCT a.connector_id) > 1 ORDER BY p.email_key
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0008_calls_by_app")]

    operations = [
        migrations.CreateModel(
            name="Match",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email_key", models.CharField(max_length=320, unique=True)),
                (
                    "apart",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        db_default=models.Value(
                            [], django.contrib.postgres.fields.ArrayField(models.BigIntegerField())
                        ),
                        default=list,
                        size=None,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "matches",
                "ordering": ("-id",),
                "permissions": (("match_people", "Can join people and part them"),),
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(FIND, migrations.RunSQL.noop),
    ]

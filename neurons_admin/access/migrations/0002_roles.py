import django.db.models.deletion
from django.db import migrations, models

MADE_BEFORE = ("Viewer", "Service desk", "Connector admin", "Credential admin")


def adopt(apps, schema_editor):
    """The groups that were the roles until here."""
    groups = apps.get_model("auth", "Group").objects.filter(name__in=MADE_BEFORE)
    for group in groups:
        apps.get_model("access", "Role").objects.create(group=group, builtin=True)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("access", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("builtin", models.BooleanField(default=False, editable=False)),
                ("purpose", models.CharField(blank=True, max_length=120)),
                ("offered", models.JSONField(default=list, editable=False)),
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="role", to="auth.group"
                    ),
                ),
            ],
        ),
        migrations.RunPython(adopt, migrations.RunPython.noop),
    ]

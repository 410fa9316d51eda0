import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

THE_TABLE_THAT_IS_THERE = [
    migrations.CreateModel(
        name="Membership",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "user",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="memberships",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "group",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="auth.group"
                ),
            ),
        ],
        options={
            "db_table": "access_user_groups",
            "default_permissions": (),
            "unique_together": {("user", "group")},
        },
    ),
    migrations.AlterField(
        model_name="user",
        name="groups",
        field=models.ManyToManyField(
            blank=True,
            related_name="user_set",
            related_query_name="user",
            through="access.Membership",
            to="auth.group",
            verbose_name="groups",
        ),
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("access", "0002_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="Scope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("purpose", models.CharField(blank=True, max_length=120)),
                ("conditions", models.JSONField()),
            ],
            options={
                "ordering": ("name", "id"),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("name"), name="scope_name"),
                    models.CheckConstraint(
                        condition=models.Q(("conditions", {}), _negated=True), name="scope_has_conditions"
                    ),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(state_operations=THE_TABLE_THAT_IS_THERE),
        migrations.AlterUniqueTogether(name="membership", unique_together=set()),
        migrations.AddField(
            model_name="membership",
            name="scope",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="access.scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("user", "group", "scope"), name="membership_once_per_scope", nulls_distinct=False
            ),
        ),
    ]

"""Scopes: the people whom a role is for, where it is not for all of them."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse


class Scope(models.Model):
    """Some of the people, by what their accounts are like. What the conditions mean is said in `access.scopes`."""

    name = models.CharField(max_length=60)
    purpose = models.CharField(max_length=120, blank=True)
    # By kind, the values of which an account has to have one: {"department": ["Retail", "Sales"], "country": ["DE"]}.
    conditions = models.JSONField()

    class Meta:
        ordering = ("name", "id")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(Lower("name"), name="scope_name"),
            # Without a condition it would hold everybody.
            models.CheckConstraint(condition=~Q(conditions={}), name="scope_has_conditions"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("access:scope", args=[self.pk])


class Membership(models.Model):
    """A role (group) that a member has: for the people of one scope, or without a scope for all."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="memberships", null=True)

    class Meta:
        db_table = "access_user_groups"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "group", "scope"], name="membership_once_per_scope", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.group} in {self.scope or 'all'}"

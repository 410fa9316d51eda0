"""The roles that members can have."""

from django.contrib.auth.models import Group
from django.db import models
from django.urls import reverse

from neurons_admin.access.models.user import User
from neurons_admin.access.roles import ROLES


class RoleQuerySet(models.QuerySet["Role"]):
    def in_order(self) -> list["Role"]:
        """The built-in ones as they are listed, then the others by name."""
        places = {name: place for place, name in enumerate(ROLES)}
        found = self.select_related("group")
        return sorted(found, key=lambda role: (places.get(role.name, len(places)), role.name.lower()))


class Role(models.Model):
    """A group of Django's that can be given to members. Its name and its permissions are the group's."""

    group = models.OneToOneField(Group, models.CASCADE, related_name="role")
    builtin = models.BooleanField(default=False, editable=False)
    purpose = models.CharField(max_length=120, blank=True)
    # Permissions (app.codename) that a built-in role was given by default: each comes once, whatever becomes of it.
    offered = models.JSONField(default=list, editable=False)

    objects = RoleQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("access:role", args=[self.pk])

    @property
    def name(self) -> str:
        name: str = self.group.name
        return name

    @property
    def holders(self) -> models.QuerySet[User]:
        """Who has it, by username."""
        return User.objects.filter(groups=self.group_id).order_by("username").distinct()

    @property
    def what_for(self) -> str:
        """What it is for, in a few words that continue its name; may be empty."""
        return ROLES.get(self.name, "") if self.builtin else self.purpose

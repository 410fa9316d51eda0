"""Who signs in here, not to be mistaken for a Person, whom the product acts upon."""

from typing import Any

from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property

from neurons_admin.access.rights import NONE, Rights, rights_of


class User(AbstractUser):
    """Somebody who signs in to Neurons Admin; what they may do follows from their roles (groups)."""

    groups = models.ManyToManyField(  # type: ignore[assignment]
        Group,
        through="access.Membership",
        related_name="user_set",
        related_query_name="user",
        blank=True,
        verbose_name="groups",
    )

    @property
    def label(self) -> str:
        """The name shown to others: full name, or the sign-in name where there is none."""
        return self.get_full_name() or self.username

    def get_absolute_url(self) -> str:
        return reverse("access:member", args=[self.pk])

    @cached_property
    def rights(self) -> Rights:
        """What roles give, loaded once for this object, which lives as long as a request or an attempt of a run."""
        return rights_of(self) if self.is_active else NONE

    @cached_property
    def held_by(self) -> dict[int, frozenset[int]]:
        """Which scopes of theirs hold which accounts, as far as `people.reach` has asked; lives as long as `rights`."""
        return {}

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether they may do something at all. For whom is asked of `people.policy`."""
        return self.is_active and obj is None and (self.is_superuser or perm in self.rights)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether they may do anything of an app."""
        mine = self.is_superuser or any(code.startswith(f"{app_label}.") for code in self.rights.codes)
        return self.is_active and mine

    def get_all_permissions(self, obj: Any = None) -> set[str]:
        """All that they may do at all, as `app.codename`."""
        return super().get_all_permissions(obj) if self.is_superuser else self.rights.codes

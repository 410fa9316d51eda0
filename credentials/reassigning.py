"""Giving whatever uses a shared credential another one in its place, so that the first can be deleted.

What uses credentials is known to the floor above: `settings.CREDENTIAL_USERS` names its module, so that nothing here
reaches up.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from neurons_admin.access.models import User

from .models import Credential


class CannotMoveError(Exception):
    """The other credential cannot take over; the message says why. Nothing was changed."""


class Users(Protocol):
    """What the floor above can do for a credential that is to go."""

    def fitting(self, old: Credential, candidates: Iterable[Credential]) -> list[Credential]:
        """Those of the candidates that can take every part that `old` has."""

    def move_all(self, old: Credential, new: Credential, *, actor: User) -> int:
        """Put `new` wherever `old` is, all or nothing; returns how many were changed. Raises CannotMoveError."""


def replacements_for(credential: Credential) -> list[Credential]:
    """The shared credentials of the same tenant and cloud that can take all its parts."""
    same = Credential.objects.shared().filter(tenant_id=credential.tenant_id, cloud=credential.cloud)
    return _users().fitting(credential, same.exclude(pk=credential.pk))


def reassign(old: Credential, new: Credential, *, actor: User) -> int:
    """Put `new` wherever `old` is, in one transaction; returns how many were changed. Raises CannotMoveError."""
    return _users().move_all(old, new, actor=actor)


def _users() -> Users:
    return cast(Users, import_module(settings.CREDENTIAL_USERS))

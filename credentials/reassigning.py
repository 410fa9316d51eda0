"""Giving whatever uses a shared credential another one in its place, so that the first can be deleted.

What uses credentials is known to the floor above: `settings.CREDENTIAL_USERS` names its module, so that nothing here
reaches up.
"""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Final, Protocol, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from neurons_admin.access.models import User

from .models import Credential

NEEDED: Final = ("credentials.delete_credential", "credentials.use_credential")


class CannotMoveError(Exception):
    """The other credential cannot take over; the message says why. Nothing was changed."""


class Users(Protocol):
    """What the floor above can do for a credential that is to go.

    `PERMISSIONS` are the rights to change whatever uses credentials.
    """

    PERMISSIONS: Sequence[str]

    def fitting(self, old: Credential, candidates: Iterable[Credential]) -> list[Credential]:
        """Those of the candidates that can take every part that `old` has."""

    def move_all(self, old: Credential, new: Credential, *, actor: User) -> int:
        """Put `new` wherever `old` is, all or nothing; returns how many were changed. Raises CannotMoveError."""


def may_reassign(user: User | AnonymousUser) -> bool:
    """Whether somebody may take one credential away, use others, and change what uses them."""
    return user.has_perms([*NEEDED, *_users().PERMISSIONS])


def replacements_for(credential: Credential) -> list[Credential]:
    """The shared credentials of the same tenant and cloud that can take all its parts and are not known to fail."""
    same = Credential.objects.shared().filter(tenant_id=credential.tenant_id, cloud=credential.cloud, check_code="")
    working = [each for each in same.exclude(pk=credential.pk) if not each.has_expired]
    return _users().fitting(credential, working)


def reassign(old: Credential, new: Credential, *, actor: User) -> int:
    """Put `new` wherever `old` is, in one transaction; returns how many were changed. Raises CannotMoveError."""
    return _users().move_all(old, new, actor=actor)


def _users() -> Users:
    return cast(Users, import_module(settings.CREDENTIAL_USERS))

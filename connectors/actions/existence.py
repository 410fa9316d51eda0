"""Whether an account is there, was deleted, or is gone for good: what deleting, restoring and purging are about."""

from typing import Any, Final

from connectors.graph import removal_in

from .permissions import USER_DELETE_RESTORE, USER_READ_WRITE
from .target import State

THERE: Final = "in the directory"
DELETED: Final = "deleted, can be restored"
GONE: Final = "deleted for good"

# What may delete and restore users; Directory.ReadWrite.All is not enough.
ALSO_DELETES: Final = (USER_READ_WRITE,)
DELETES: Final = USER_DELETE_RESTORE

_REMOVALS: Final = {"changed": DELETED, "deleted": GONE}


def existence_of(state: State) -> str | None:
    """Where the account is, as a page says it; None where the state says nothing of that."""
    if "id" not in state:
        return None
    return _REMOVALS.get(removal_in(state), THERE)


def snapshot_of(state: State) -> dict[str, Any]:
    """What is kept as before and after."""
    return {"account": existence_of(state)}


def without_prefix(sign_in_name: str, object_id: str) -> str:
    """The sign-in name of somebody who was deleted, as it was: Graph puts the object ID in front of it."""
    prefix = object_id.replace("-", "").lower()
    return sign_in_name[len(prefix) :] if sign_in_name.lower().startswith(prefix) else sign_in_name

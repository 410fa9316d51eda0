"""Between password and second factor: somebody knows a password, and is not signed in by that.

It stands in a session that belongs to nobody, for five minutes and five codes.
"""

import time
from typing import Final

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from neurons_admin.access import factors
from neurons_admin.access.models import User
from neurons_admin.access.sessions import store_of

LASTS_SECONDS: Final = 5 * 60
MOST_CODES: Final = 5
_KEY: Final = "half_signed"


def begin(request: HttpRequest, member: User, way_back: str) -> None:
    """A right password was given. The session's key is another one from here on."""
    store = store_of(request)
    store.flush()
    store[_KEY] = {
        "member": member.pk,
        "until": time.time() + LASTS_SECONDS,
        "password": member.get_session_auth_hash(),
        "next": way_back,
    }


def member_of(request: HttpRequest) -> User | None:
    """Whose password was given; nobody, once it has been too long, or the member or the password is another."""
    half = store_of(request).get(_KEY) or {}
    if not 0 < half.get("until", 0) - time.time() <= LASTS_SECONDS:
        return None
    member = User.objects.filter(pk=half["member"], is_active=True).first()
    if member is None or not constant_time_compare(member.get_session_auth_hash(), half["password"]):
        return None
    return member if factors.has_any(member) else None


def way_back(request: HttpRequest) -> str:
    """Where it was to go on; empty for home."""
    return str((store_of(request).get(_KEY) or {}).get("next", ""))


def take_try(request: HttpRequest) -> bool:
    """Count one more code; False when there have been too many."""
    return store_of(request).take_try(MOST_CODES)


def end(request: HttpRequest) -> None:
    """Forget it: somebody signed in, or begins anew."""
    store_of(request).pop(_KEY, None)

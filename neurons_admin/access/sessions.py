"""Sessions of members: how they began, and when whoever sits there last proved who they are."""

import time
from typing import Final

from django.contrib.auth import login
from django.http import HttpRequest

from neurons_admin.access.models import User

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
# What the session's row keeps of it: a way by which somebody signed in, and moments in seconds since 1970.
HOW: Final = "signed_in_by"
BEGAN: Final = "signed_in_at"
PROVED: Final = "proved_at"


def begin(request: HttpRequest, member: User, *, how: str) -> None:
    """Sign a member in, with a new session key. To sign in is a proof.

    `how` names the ways that were asked for: "password", "password+totp", "passkey", "microsoft".
    """
    login(request, member, backend=BACKEND)
    request.session[HOW] = how
    request.session[BEGAN] = time.time()
    prove(request)


def prove(request: HttpRequest) -> None:
    """Whoever sits there has just proved who they are. The session's key is another one from here on."""
    request.session[PROVED] = time.time()
    request.session.cycle_key()


def proved_within(request: HttpRequest, seconds: float) -> bool:
    """Whether that was so within the last `seconds`; a moment in the future is none."""
    proved = request.session.get(PROVED)
    return isinstance(proved, (int, float)) and 0 <= time.time() - proved <= seconds

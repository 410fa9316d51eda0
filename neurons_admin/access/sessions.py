"""Sessions of members: how they begin and end, and when whoever sits there last proved who they are."""

import time
import uuid
from datetime import timedelta
from typing import Final, cast

from django.contrib.auth import login
from django.http import HttpRequest
from django.utils import timezone

from neurons_admin.access import browsers
from neurons_admin.access.addresses import address_of
from neurons_admin.access.models import User
from neurons_admin.access.models.session import Session, SessionQuerySet
from neurons_admin.access.session_store import SessionStore

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
# What a session holds of its beginning: a way by which somebody signed in, and the moment in seconds since 1970.
HOW: Final = "signed_in_by"
BEGAN: Final = "signed_in_at"
# A password alone is one thing that somebody knows. At Microsoft the organisation says what it asks for.
WITH_SECOND_FACTOR: Final = frozenset({"password+totp", "password+recovery", "passkey", "microsoft"})


def begin(request: HttpRequest, member: User, *, how: str, is_proof: bool = True) -> None:
    """Sign a member in, with a new session key. To sign in is a proof, unless somebody else has let them in unasked.

    `how` names the ways that were asked for: "password", "password+totp", "password+recovery", "passkey", "microsoft".
    """
    login(request, member, backend=BACKEND)
    store = store_of(request)
    # Who signs in once more in a session of theirs gets another key, too.
    store.cycle_key()
    store[HOW] = how
    store[BEGAN] = time.time()
    store.note(
        proved_at=timezone.now() if is_proof else None,
        wrong_proofs=0,
        address=address_of(request),
        browser=browsers.in_words(request.headers.get("User-Agent", "")),
    )


def has_second_factor(request: HttpRequest) -> bool:
    """Whether more than a password was given in this session."""
    return store_of(request).get(HOW) in WITH_SECOND_FACTOR


def note_second_factor(request: HttpRequest, how: str) -> None:
    """A second factor was given in a session that had begun without; from here on under another key."""
    store_of(request)[HOW] = how
    prove(request)


def prove(request: HttpRequest) -> None:
    """Whoever sits there has just proved who they are. The session's key is another one from here on.

    Raises SessionGoneError where the session was ended meanwhile, or has another key already by another proof.
    """
    store_of(request).prove()


def proved_within(request: HttpRequest, seconds: float) -> bool:
    """Whether that was so within the last `seconds`; a moment in the future is none."""
    proved_at = store_of(request).proved_at
    return proved_at is not None and timedelta() <= timezone.now() - proved_at <= timedelta(seconds=seconds)


def of(member: User) -> SessionQuerySet:
    """The sessions in which a member could go on at this moment, the latest used first."""
    return Session.objects.alive().of(member).order_by("-seen_at", "-began_at")


def own(request: HttpRequest) -> uuid.UUID | None:
    """The reference of the session that a request belongs to."""
    store = store_of(request)
    return store.row.reference if store.row and store.session_key else None


def store_of(request: HttpRequest) -> SessionStore:
    """The session of a request as what it is here."""
    return cast(SessionStore, request.session)

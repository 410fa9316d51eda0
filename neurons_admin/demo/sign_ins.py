"""When everybody last signed in: the same for the same person, computed only when it is asked for."""

from datetime import UTC, datetime, timedelta

from neurons_admin.demo.dice import Dice, object_id
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json

_NEWEST = datetime(2026, 6, 1, 18, tzinfo=UTC)
_MATTER = b"sign-in"


def activity_of(user: User) -> Json | None:
    """The `signInActivity` of a user; None for who never signed in.

    Most were there within the last weeks, some not for long. A failed attempt may be later than the last success, and
    what succeeded before December 2023 was not noted as such.
    """
    dice = Dice(0, user.number, _MATTER)
    if dice.in_hundred(5):
        return None
    is_long_gone = dice.in_hundred(10)
    success = _NEWEST - timedelta(days=dice.below(1200 if is_long_gone else 30), minutes=dice.below(1440))
    attempt = success + timedelta(hours=dice.below(20)) if dice.in_hundred(10) else success
    automatic = success - timedelta(minutes=dice.below(600))
    is_noted = success >= datetime(2023, 12, 1, tzinfo=UTC)
    return {
        "lastSignInDateTime": _iso(attempt),
        "lastSignInRequestId": object_id(1, user.number, "sign-in"),
        "lastNonInteractiveSignInDateTime": _iso(automatic),
        "lastNonInteractiveSignInRequestId": object_id(2, user.number, "sign-in"),
        "lastSuccessfulSignInDateTime": _iso(success) if is_noted else None,
        "lastSuccessfulSignInRequestId": object_id(3, user.number, "sign-in") if is_noted else None,
    }


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

"""What each of the actions on signing in does."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from connectors.actions import Action, DisableAccount, EnableAccount, ResetPassword, RevokeSessions
from connectors.actions.base import moved_since
from tests.connectors.samples import OBJECT_ID, PERSON, SENT


@pytest.mark.parametrize(("action", "value"), [(DisableAccount, False), (EnableAccount, True)])
def test_enable_and_disable(action: type[Action], value: bool) -> None:
    write = action().write(PERSON, {})
    assert (write.method, write.path, write.body) == ("PATCH", f"/users/{OBJECT_ID}", {"accountEnabled": value})
    assert action().after({}) == {"accountEnabled": value}
    assert action().is_so({"accountEnabled": value})
    assert not action().is_so({"accountEnabled": not value})
    assert action().observed({"accountEnabled": value}, {}, SENT)
    assert action().repeatable
    assert action.needless(dataclasses.replace(PERSON, enabled=value))
    assert not action.needless(dataclasses.replace(PERSON, enabled=not value))
    assert not action.needless(dataclasses.replace(PERSON, enabled=None))


@pytest.mark.parametrize("force_change", [True, False])
def test_reset_password(force_change: bool) -> None:
    write = ResetPassword(force_change=force_change).write(PERSON, {}, "N3w-password")
    assert (write.method, write.path) == ("PATCH", f"/users/{OBJECT_ID}")
    assert write.body == {
        "passwordProfile": {"password": "N3w-password", "forceChangePasswordNextSignIn": force_change}
    }
    assert not ResetPassword.repeatable
    assert not ResetPassword().is_so({"lastPasswordChangeDateTime": "2026-03-01T12:00:00Z"})


def test_a_synced_password_or_a_guests_is_refused_before_any_call() -> None:
    assert "Active Directory" in ResetPassword.refusal(dataclasses.replace(PERSON, synced=True))
    assert "guest" in ResetPassword.refusal(dataclasses.replace(PERSON, guest=True))
    assert ResetPassword.refusal(PERSON) == ""


def test_revoke_sessions() -> None:
    write = RevokeSessions().write(PERSON, {})
    assert (write.method, write.path, write.body) == ("POST", f"/users/{OBJECT_ID}/revokeSignInSessions", None)
    assert RevokeSessions.refusal(dataclasses.replace(PERSON, guest=True))
    assert not RevokeSessions.refusal(dataclasses.replace(PERSON, synced=True))
    assert not RevokeSessions.repeatable


@pytest.mark.parametrize(
    ("value", "before", "moved"),
    [
        ("2026-03-01T12:00:01Z", None, True),
        ("2026-03-01T12:00:01Z", "2026-02-01T00:00:00Z", True),
        ("2026-03-01T11:58:30Z", "2026-02-01T00:00:00Z", True),  # Graph's clock may be behind ours
        ("2026-03-01T11:57:00Z", "2026-02-01T00:00:00Z", False),
        ("2026-03-01T12:00:01Z", "2026-03-01T12:00:01Z", False),
        ("2026-03-01T12:00:01Z", "2026-03-01T12:00:01.000Z", False),
        ("2026-03-01T12:00:01", None, True),
        ("2026-02-31T12:00:01Z", None, False),
        ("soon", None, False),
        (None, "2026-02-01T00:00:00Z", False),
        (17, None, False),
    ],
)
@pytest.mark.parametrize("action", [ResetPassword, RevokeSessions])
def test_a_time_that_has_moved_since(action: type[Action], value: Any, before: Any, moved: bool) -> None:
    name = action.reads[0]
    assert action().observed({name: value}, {name: before}, SENT) == moved
    assert moved_since(name, {name: value}, {name: before}, SENT) == moved


def test_a_time_of_long_ago_is_not_the_effect() -> None:
    old = (SENT - timedelta(days=1)).isoformat()
    assert not moved_since("x", {"x": old}, {"x": None}, SENT)

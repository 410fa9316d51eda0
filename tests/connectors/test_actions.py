"""Every action as it declares itself, whatever it does; and what each of the four does."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms

from connectors import actions
from connectors.actions import Action, DisableAccount, EnableAccount, ResetPassword, RevokeSessions, Target, permissions
from connectors.actions.base import moved_since
from connectors.sync import PROPERTIES
from tests.contract import check_exchange

OBJECT_ID = "0f0e0d0c-1111-2222-3333-444455556666"
PERSON = Target(OBJECT_ID, "Adele Vance", "adele@contoso.example", enabled=True, synced=False, guest=False)
SENT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
KNOWN_PERMISSIONS = {value for value in vars(permissions).values() if isinstance(value, str) and ".All" in value}

every_action = pytest.mark.parametrize("action", actions.ALL, ids=lambda action: action.key)


def make(action: type[Action]) -> Action:
    return action(**{field.name: field.default for field in dataclasses.fields(action)})


@every_action
def test_its_fields_are_what_its_form_asks_for(action: type[Action]) -> None:
    fields = {field.name for field in dataclasses.fields(action)}
    assert fields == set(action.form().fields) - {action.secret_field}
    assert issubclass(action.form, forms.Form)


@every_action
def test_it_can_be_made_from_what_a_row_keeps(action: type[Action]) -> None:
    params = {field.name: field.default for field in dataclasses.fields(action)}
    assert dataclasses.asdict(action(**params)) == params


@every_action
def test_it_reads_only_what_is_read(action: type[Action]) -> None:
    assert set(action.reads) <= set(PROPERTIES)
    assert action.reads
    assert set(make(action).after()) <= set(action.reads)


@every_action
def test_undo_goes_both_ways(action: type[Action]) -> None:
    if action.undo:
        other = actions.BY_KEY[action.undo]
        assert other.undo == action.key
        assert other.conflict_class == action.conflict_class


@every_action
def test_its_needs_are_known(action: type[Action]) -> None:
    assert action.needs
    for need in action.needs:
        assert {need.least, *need.also} <= KNOWN_PERMISSIONS
    assert set(action.roles) <= set(permissions.ROLE_NAMES)


@every_action
def test_its_words(action: type[Action]) -> None:
    assert len(action.key) <= 40
    assert action.key.isidentifier()
    assert len(action.conflict_class) <= 40
    assert "{name}" in action.sentence
    assert action.label
    assert action.verb
    assert action.group
    assert action.do_not_call_in_templates
    assert "Adele Vance" in make(action).done(PERSON)


@every_action
def test_what_it_sends_is_in_the_contract(action: type[Action]) -> None:
    write = make(action).write(PERSON, "a-secret")
    assert OBJECT_ID in write.path
    check_exchange(
        write.method,
        f"/v1.0{write.path}",
        request_body=write.body,
        request_headers={"Content-Type": "application/json"},
    )


@every_action
def test_it_has_a_secret_exactly_where_it_says_so(action: type[Action]) -> None:
    assert ("a-secret" in str(make(action).write(PERSON, "a-secret"))) == bool(action.secret_field)
    assert "a-secret" not in str(make(action))
    if action.secret_field:
        assert action.make_secret() != action.make_secret()
    else:
        with pytest.raises(NotImplementedError):
            action.make_secret()


@every_action
def test_before_keeps_what_it_may_change_and_nothing_else(action: type[Action]) -> None:
    state = dict.fromkeys(PROPERTIES, "x")
    assert make(action).snapshot(state) == dict.fromkeys(action.reads, "x")
    assert make(action).snapshot({}) == dict.fromkeys(action.reads)


@every_action
def test_only_a_certain_state_means_that_it_is_so(action: type[Action]) -> None:
    for state in ({}, dict.fromkeys(action.reads), dict.fromkeys(action.reads, "true")):
        assert not make(action).is_so(state)
        assert not make(action).observed(state, {}, SENT)


def test_the_keys_are_unique() -> None:
    assert len(actions.BY_KEY) == len(actions.ALL)


@pytest.mark.parametrize(("action", "value"), [(DisableAccount, False), (EnableAccount, True)])
def test_enable_and_disable(action: type[Action], value: bool) -> None:
    write = make(action).write(PERSON)
    assert (write.method, write.path, write.body) == ("PATCH", f"/users/{OBJECT_ID}", {"accountEnabled": value})
    assert make(action).after() == {"accountEnabled": value}
    assert make(action).is_so({"accountEnabled": value})
    assert not make(action).is_so({"accountEnabled": not value})
    assert make(action).observed({"accountEnabled": value}, {}, SENT)
    assert make(action).repeatable
    assert action.needless(dataclasses.replace(PERSON, enabled=value))
    assert not action.needless(dataclasses.replace(PERSON, enabled=not value))
    assert not action.needless(dataclasses.replace(PERSON, enabled=None))


@pytest.mark.parametrize("force_change", [True, False])
def test_reset_password(force_change: bool) -> None:
    write = ResetPassword(force_change=force_change).write(PERSON, "N3w-password")
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
    write = RevokeSessions().write(PERSON)
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
    assert make(action).observed({name: value}, {name: before}, SENT) == moved
    assert moved_since(name, {name: value}, {name: before}, SENT) == moved


def test_a_time_of_long_ago_is_not_the_effect() -> None:
    old = (SENT - timedelta(days=1)).isoformat()
    assert not moved_since("x", {"x": old}, {"x": None}, SENT)

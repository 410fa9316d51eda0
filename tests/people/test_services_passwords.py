"""The new password: sealed apart from the run, shown once to the one who asked, in no other place, and soon gone."""

import base64
import json
import logging
import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from connectors.actions import ResetPassword, passwords
from connectors.graph import OutcomeUnknown, Refused
from neurons_admin.access.models import User
from neurons_admin.audit.models import Event
from people import services
from people.models import Account, ActionRun, SealedPassword
from people.sweeper import purge_passwords
from tests.factories import make_user
from tests.fakes import FakeDirectory, after
from tests.runs import again, ask, carry_out, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State
CANARY = "Canary-Zebra-77!"


@pytest.fixture
def generated(monkeypatch: pytest.MonkeyPatch) -> str:
    """Have this word be the generated one."""
    monkeypatch.setattr("connectors.actions.reset_password.generate", lambda: CANARY)
    return CANARY


@pytest.fixture
def done(directory: FakeDirectory, adele: Account, dana: User, generated: str) -> ActionRun:
    return carry_out(ask(adele, dana, ResetPassword))


def test_shown_once(directory: FakeDirectory, done: ActionRun, dana: User) -> None:
    assert services.reveal_password(done, asked_by=dana) == CANARY == directory.password
    assert services.reveal_password(done, asked_by=dana) is None
    assert not SealedPassword.objects.exists()
    assert "shown once and destroyed" in reasons(done)
    assert Event.objects.filter(verb="run.password_shown", actor_name="dana").count() == 1


@pytest.mark.parametrize(
    "state", [State.QUEUED, State.RUNNING, State.UNKNOWN, State.HELD, State.FAILED, State.CANCELLED]
)
def test_not_before_it_is_set(done: ActionRun, dana: User, state: str) -> None:
    ActionRun.objects.update(state=state)
    assert services.reveal_password(again(done), asked_by=dana) is None
    assert SealedPassword.objects.exists()


def test_it_may_be_set_where_a_person_has_to_decide(directory: FakeDirectory, adele: Account, dana: User) -> None:
    directory.writes = [after(OutcomeUnknown("No answer."))]
    run = carry_out(ask(adele, dana, ResetPassword))
    ActionRun.objects.update(state=State.NEEDS_OPERATOR, ended_at=timezone.now())
    assert services.reveal_password(again(run), asked_by=dana) == directory.password


@pytest.mark.parametrize("somebody", [{"is_superuser": True}, {}])
def test_to_nobody_else(done: ActionRun, somebody: dict[str, Any]) -> None:
    with pytest.raises(PermissionDenied):
        services.reveal_password(done, asked_by=make_user("Service desk", **somebody))
    assert SealedPassword.objects.exists()


def test_not_to_one_who_may_no_longer_act(done: ActionRun, dana: User) -> None:
    dana.groups.clear()
    with pytest.raises(PermissionDenied):
        services.reveal_password(done, asked_by=User.objects.get(pk=dana.pk))


def test_gone_after_a_quarter_of_an_hour(done: ActionRun, dana: User) -> None:
    ActionRun.objects.update(ended_at=timezone.now() - timedelta(minutes=15, seconds=1))
    assert services.reveal_password(again(done), asked_by=dana) is None
    assert purge_passwords() == 1
    assert not SealedPassword.objects.exists()


def test_not_when_a_later_one_has_replaced_it(done: ActionRun, adele: Account, dana: User) -> None:
    later = carry_out(ask(adele, make_user("Service desk"), ResetPassword, secret="Typed-Later-88!"))
    assert later.state == State.SUCCEEDED
    assert services.reveal_password(done, asked_by=dana) is None
    assert purge_passwords() == 2
    assert not SealedPassword.objects.exists()


def test_a_later_one_that_was_refused_replaces_nothing(
    directory: FakeDirectory, done: ActionRun, adele: Account, dana: User
) -> None:
    directory.writes = [Refused("Too weak.")]
    assert carry_out(ask(adele, dana, ResetPassword, secret="weak")).state == State.FAILED
    assert services.reveal_password(done, asked_by=dana) == CANARY


def test_one_that_does_not_open_is_told_and_kept(done: ActionRun, dana: User, settings: Any) -> None:
    """Its key may come back."""
    keys = settings.CREDENTIAL_KEYS
    settings.CREDENTIAL_KEYS = [base64.b64encode(secrets.token_bytes(32)).decode()]
    with pytest.raises(services.PasswordLost, match="Ask for “Reset password” again"):
        services.reveal_password(done, asked_by=dana)
    assert "shown" not in reasons(done)
    settings.CREDENTIAL_KEYS = keys
    assert services.reveal_password(done, asked_by=dana) == CANARY


def test_a_typed_one_is_never_shown(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana, ResetPassword, secret=CANARY)
    assert carry_out(run).state == State.SUCCEEDED
    assert directory.password == CANARY
    assert services.reveal_password(again(run), asked_by=dana) is None
    assert purge_passwords() == 1


@pytest.mark.parametrize("secret", ["", CANARY])
def test_of_a_failed_run_nothing_is_kept(directory: FakeDirectory, adele: Account, dana: User, secret: str) -> None:
    directory.writes = [Refused("Too weak.", code="Request_BadRequest", status=400)]
    run = carry_out(ask(adele, dana, ResetPassword, secret=secret))
    assert services.reveal_password(run, asked_by=dana) is None
    assert purge_passwords() == 1


def everything_stored() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        text = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT coalesce(string_agg(t::text, chr(10)), %s) FROM "{table}" t', [""])
            text += cursor.fetchone()[0]
    return text


@pytest.mark.parametrize(
    "outcome", [None, Refused("Not complex enough.", code="x"), OutcomeUnknown("No answer.", code="y")]
)
def test_it_stands_nowhere_in_clear(
    directory: FakeDirectory, adele: Account, dana: User, generated: str, outcome: Any, caplog: pytest.LogCaptureFixture
) -> None:
    directory.writes = [outcome]
    with caplog.at_level(logging.DEBUG):
        run = carry_out(ask(adele, dana, ResetPassword))
    assert directory.written[0][2]["passwordProfile"]["password"] == CANARY
    sealed = SealedPassword.objects.get()
    assert sealed.value.reveal() == CANARY
    assert CANARY not in everything_stored()
    assert CANARY not in caplog.text
    assert CANARY not in f"{sealed!r} {sealed.value!r} {vars(sealed)} {vars(run)}"
    assert run.params == {"force_change": True}
    assert CANARY not in json.dumps(
        [run.before, run.after, run.message, list(Event.objects.values("detail"))], default=str
    )


def test_generated_ones_differ(directory: FakeDirectory, adele: Account, dana: User) -> None:
    words = set()
    for _ in range(5):
        run = carry_out(ask(adele, dana, ResetPassword))
        words.add(services.reveal_password(run, asked_by=dana))
    assert len(words) == 5
    assert all(len(word or "") == passwords.LENGTH for word in words)

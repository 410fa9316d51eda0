"""The audit trail knows of each run: who asked, with which credential it was sent, and that it was refused."""

import pytest

from neurons_admin.access.models import User
from neurons_admin.audit.models import Event, mark
from people import services
from people.models import Account, ActionRun
from tests.access.own_roles import codes_of, regrant
from tests.fakes import FakeDirectory
from tests.runs import again, ask, carry_out

pytestmark = pytest.mark.django_db


def event(verb: str) -> Event:
    return Event.objects.get(verb=verb)


def test_what_is_asked_and_sent_is_found_by_person_connector_and_credential(
    directory: FakeDirectory, adele: Account, dana: User
) -> None:
    run = ask(adele, dana)
    carry_out(run)
    credential = adele.connector.action_credential
    assert credential
    about = {mark(run), mark(adele.person), mark(adele.connector), mark(credential)}
    for verb in ("run.asked", "run.sent"):
        assert set(event(verb).about) == about
        assert event(verb).actor_id == dana.pk
    assert event("run.sent").detail == {"action": run.action, "credential": str(credential)}


def test_what_was_cancelled_used_no_credential(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    services.cancel(run, asked_by=dana)
    carry_out(run)
    assert mark(adele.person) in event("run.cancelled").about
    assert not Event.objects.filter(verb="run.sent").exists()


def test_a_right_that_was_taken_away_is_a_refusal_on_record(
    directory: FakeDirectory, adele: Account, dana: User
) -> None:
    run = ask(adele, dana)
    regrant("Service desk", codes_of("Service desk") - {"people.act_disable_account"})
    carry_out(run)
    assert event("run.refused").actor_id == dana.pk
    assert mark(adele.person) in event("run.refused").about
    assert not Event.objects.filter(verb="run.sent").exists()


def test_what_cannot_be_recorded_is_not_sent(
    directory: FakeDirectory, adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(adele, dana)

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("The trail takes nothing.")

    monkeypatch.setattr("people.sending.record", refuse)
    with pytest.raises(RuntimeError):
        carry_out(run)
    assert not directory.written
    assert again(run).sent_at is None
    assert again(run).state == ActionRun.State.RUNNING

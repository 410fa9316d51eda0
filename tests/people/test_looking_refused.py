"""Looking for an effect with a credential that Microsoft refuses: noticed once, and then left to the probe."""

import pytest

from connectors import standing
from connectors.gates import Gate
from connectors.graph import CredentialRefused, OutcomeUnknown
from credentials.finding import Finding
from credentials.models import Credential
from neurons_admin.access.models import User
from neurons_admin.audit.models import Event
from people.looking import look
from people.models import Account, ActionRun
from people.sweeper import Sweeper
from tests.fakes import FakeDirectory, after
from tests.runs import again, ask, calls, carry_out, let_time_pass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State
EXPIRED = CredentialRefused("The client secret has expired.", code="expired_secret")


def look_again(run: ActionRun) -> ActionRun:
    let_time_pass(run)
    look(ActionRun.objects.for_work().get(pk=run.pk))
    return again(run)


@pytest.fixture
def unknown(directory: FakeDirectory, adele: Account, dana: User) -> ActionRun:
    """It was sent, carried out and not answered; then the secret expires."""
    directory.writes = [after(OutcomeUnknown("No answer.", code="no_answer"))]
    run = carry_out(ask(adele, dana))
    directory.reads = [EXPIRED] * 20
    return run


def test_the_alarm_is_raised_once_and_nobody_asks_again(unknown: ActionRun) -> None:
    for _ in range(4):
        assert look_again(unknown).state == State.UNKNOWN
    assert Event.objects.filter(verb="credential.refused").count() == 1
    assert [purpose for purpose, _ in calls(unknown)].count("look") == 1


def test_the_sweeper_probes_for_it_and_the_effect_is_found(
    unknown: ActionRun, directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_again(unknown)
    Gate.objects.update(probe_at=None)
    tried: list[Credential] = []
    monkeypatch.setattr(Sweeper, "_hand_over", lambda self, pk, work, subject: tried.append(subject))
    Sweeper()._probe()
    monkeypatch.setattr(standing, "sign_in_with", lambda credential: Finding(permissions=("User.Read.All",)))
    assert [standing.probe(credential) for credential in tried] == [True]
    directory.reads = []
    assert look_again(unknown).state == State.SUCCEEDED

"""A run that is sent once more says so in its trail, also where Microsoft has said that nothing had been done."""

import pytest

from connectors.actions import DisableAccount, ResetPassword
from connectors.graph import TryLater
from neurons_admin.access.models import User
from people.models import Account, ActionRun
from tests.fakes import Bell, FakeDirectory, after
from tests.runs import ask, carry_out, let_time_pass, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State
ANSWERED_NO = TryLater("Busy.", code="Directory_ReplicaUnavailable", status=503, retry_after=1)
NEVER_LEFT = TryLater("Not reached.", code="graph_unreachable")


@pytest.mark.parametrize("outcome", [ANSWERED_NO, after(ANSWERED_NO)], ids=["not done", "done all the same"])
def test_a_password_that_is_sent_once_more(
    bell: Bell, directory: FakeDirectory, adele: Account, dana: User, outcome: object
) -> None:
    directory.writes = [outcome]
    run = carry_out(ask(adele, dana, ResetPassword))
    assert (run.state, run.in_doubt) == (State.QUEUED, False)
    let_time_pass(run)
    run = carry_out(run)
    assert (run.state, len(directory.written)) == (State.SUCCEEDED, 2)
    assert reasons(run).count("(resend)") == 1
    assert run.before == {"lastPasswordChangeDateTime": "2024-01-02T03:04:05Z"}


def test_what_never_left_is_not_sent_once_more(directory: FakeDirectory, adele: Account, dana: User) -> None:
    directory.writes = [NEVER_LEFT]
    run = carry_out(ask(adele, dana))
    let_time_pass(run)
    run = carry_out(run)
    assert run.state == State.SUCCEEDED
    assert "(resend)" not in reasons(run)


def test_our_own_change_is_not_taken_for_somebody_elses(directory: FakeDirectory, adele: Account, dana: User) -> None:
    directory.writes = [after(ANSWERED_NO)]
    run = carry_out(ask(adele, dana, DisableAccount))
    let_time_pass(run)
    run = carry_out(run)
    assert (run.state, len(directory.written)) == (State.SUCCEEDED, 1)
    assert "Confirmed by reading" in reasons(run)
    assert "nothing was sent" not in run.message

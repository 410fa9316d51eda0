"""The runner asks for the right to the very action, just before it acts."""

import pytest

from neurons_admin.access.models import User
from people.models import Account, ActionRun
from tests.access.own_roles import codes_of, regrant
from tests.fakes import FakeDirectory
from tests.runs import again, ask, carry_out

pytestmark = pytest.mark.django_db


def test_an_action_that_was_taken_from_the_role_is_not_carried_out(
    directory: FakeDirectory, adele: Account, dana: User
) -> None:
    run = ask(adele, dana)
    regrant("Service desk", codes_of("Service desk") - {"people.act_disable_account"})
    carry_out(run)
    assert again(run).state == ActionRun.State.FAILED
    assert again(run).message.startswith("dana may no longer ask for this action.")
    assert not directory.written


def test_another_action_that_was_taken_away_does_not_matter(
    directory: FakeDirectory, adele: Account, dana: User
) -> None:
    run = ask(adele, dana)
    regrant("Service desk", codes_of("Service desk") - {"people.act_reset_password"})
    carry_out(run)
    assert again(run).state == ActionRun.State.SUCCEEDED

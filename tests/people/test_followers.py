"""A run that follows another: it waits, goes on when that is done, and falls with it."""

import uuid

import pytest

from connectors.actions import Order, ResetPassword, RevokeSessions
from connectors.graph import Refused
from people import asking, sweeper
from people.asking import Asking
from people.models import ActionRun
from tests.fakes import TASK
from tests.runs import again, carry_out, reasons

pytestmark = pytest.mark.django_db
State = ActionRun.State


@pytest.fixture
def two(bell, directory, adele, dana, django_capture_on_commit_callbacks):
    """A reset, and the revocation that follows it."""
    orders = [Order(ResetPassword()), Order(RevokeSessions(), follows=True)]
    with django_capture_on_commit_callbacks(execute=True):
        asked = asking.ask(orders, Asking(adele, dana, uuid.uuid4()))
    return asked.runs


def test_it_waits(bell, directory, two):
    first, second = two
    assert bell.rung == [(TASK, first.pk)]
    assert carry_out(second).state == State.QUEUED
    assert directory.written == []
    assert "It waits until “Reset password” is done." in reasons(second)
    assert second not in ActionRun.objects.due()


def test_it_goes_on_when_the_other_is_done(directory, two):
    first, second = two
    assert carry_out(first).state == State.SUCCEEDED
    assert second in ActionRun.objects.due()
    assert carry_out(second).state == State.SUCCEEDED
    assert [path.rpartition("/")[2] for _, path, _ in directory.written][1] == "revokeSignInSessions"


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_it_falls_with_it(directory, two, state):
    first, second = two
    ActionRun.objects.filter(pk=first.pk).update(state=state)
    sweeper.drop_followers()
    second = again(second)
    assert second.state == State.CANCELLED
    assert "“Reset password” was not done" in second.message
    assert second.ended_at


@pytest.mark.parametrize("state", [State.UNKNOWN, State.NEEDS_OPERATOR, State.HELD, State.RUNNING])
def test_it_waits_for_what_is_not_decided(two, state):
    first, second = two
    ActionRun.objects.filter(pk=first.pk).update(state=state)
    sweeper.drop_followers()
    assert again(second).state == State.QUEUED
    assert second not in ActionRun.objects.due()


def test_a_refused_reset_revokes_nothing(directory, two):
    first, second = two
    directory.writes = [Refused("Not complex enough.", code="x", status=400)]
    assert carry_out(first).state == State.FAILED
    sweeper.drop_followers()
    assert again(second).state == State.CANCELLED
    assert len(directory.written) == 1


def test_the_same_click_finds_both(two, adele, dana):
    orders = [Order(ResetPassword()), Order(RevokeSessions(), follows=True)]
    asked = asking.ask(orders, Asking(adele, dana, two[0].click))
    assert (asked.runs, asked.is_new) == (two, False)

"""The canary: the sweeper has workers say that they hear, and says itself that it is alive."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people import sweeper
from people.models import Pulse
from people.sweeper import CANARY_SECONDS
from people.tasks import HEAR, hear
from tests.fakes import Bell
from tests.people.test_runner_races import at_once

pytestmark = pytest.mark.django_db


def rung(ago: float) -> None:
    Pulse.objects.update(rung_at=timezone.now() - timedelta(seconds=ago))


def test_workers_are_rung_for_once_a_minute(bell: Bell) -> None:
    for _ in range(3):
        sweeper.ring_canary()
    assert bell.rung == [(HEAR, Pulse.WORKERS)]
    rung(CANARY_SECONDS - 5)
    sweeper.ring_canary()
    assert len(bell.rung) == 1
    rung(CANARY_SECONDS + 1)
    sweeper.ring_canary()
    assert len(bell.rung) == 2


def test_a_worker_that_hears_it_says_so(bell: Bell) -> None:
    sweeper.ring_canary()
    assert not Pulse.objects.heard().exists()
    hear(Pulse.WORKERS)
    assert Pulse.objects.heard().get().name == Pulse.WORKERS
    rung(-1)
    assert not Pulse.objects.heard().exists(), "rung for again, and not heard of since"


def test_without_a_broker_nobody_hears_and_nothing_breaks(bell: Bell) -> None:
    bell.broken = True
    sweeper.ring_canary()
    assert Pulse.objects.get().heard_at is None


def test_the_sweeper_is_heard_of_at_the_end_of_each_pass() -> None:
    for _ in range(2):
        before = timezone.now() - timedelta(seconds=2)
        sweeper.beat()
        pulse = Pulse.objects.get(name=Pulse.SWEEPER)
        assert pulse.heard_at
        assert pulse.heard_at > before
    assert pulse.rung_at is None


@pytest.mark.django_db(transaction=True)
def test_of_several_that_would_ring_one_does() -> None:
    Pulse.objects.create(name=Pulse.WORKERS)
    assert sorted(at_once(*[lambda: Pulse.objects.ring_due(Pulse.WORKERS, 60)] * 6)) == [False] * 5 + [True]

"""The gate of an app registration: how long it stays shut, for everybody with it."""

from datetime import timedelta

import pytest
from django.db.models import F

from connectors import gates
from connectors.gates import Gate
from connectors.graph import Busy
from credentials.models import Credential
from tests.factories import make_checked_credential

pytestmark = pytest.mark.django_db
NO_WORD = Busy("The sign-in service is out of order.")


def asked(seconds: float) -> Busy:
    return Busy("Please wait.", retry_after=seconds)


@pytest.fixture
def credential() -> Credential:
    return make_checked_credential("act")


@pytest.fixture(autouse=True)
def no_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "SPREAD", 0)


def let_pass() -> None:
    """It is open again."""
    Gate.objects.update(paused_until=F("paused_until") - timedelta(hours=1))


def waits(credential: Credential, *errors: Busy) -> list[int]:
    """How long each of these shuts it, one after the other has passed."""
    found = []
    for error in errors:
        found.append(round(gates.shut(credential, error)))
        let_pass()
    return found


def test_each_wait_is_twice_the_one_before_up_to_two_minutes(credential: Credential) -> None:
    assert waits(credential, *[NO_WORD] * 7) == [5, 10, 20, 40, 80, 120, 120]


def test_it_begins_small_again_once_there_was_an_answer(credential: Credential) -> None:
    assert waits(credential, NO_WORD, NO_WORD) == [5, 10]
    gates.note_answered(credential)
    assert waits(credential, NO_WORD) == [5]


def test_what_fails_together_is_one_failure(credential: Credential) -> None:
    assert [round(gates.shut(credential, NO_WORD)) for _ in range(7)] == [5] * 7
    let_pass()
    assert waits(credential, NO_WORD) == [10]


def test_microsofts_wish_is_honoured_and_capped_and_makes_no_later_wait_longer(credential: Credential) -> None:
    assert waits(credential, asked(17), asked(86_400), asked(float("inf")), NO_WORD) == [17, 900, 900, 5]


def test_a_longer_wait_is_never_cut(credential: Credential) -> None:
    assert [round(gates.shut(credential, error)) for error in (asked(60), asked(5), NO_WORD)] == [60, 60, 60]


def test_another_registration_has_a_gate_of_its_own(credential: Credential) -> None:
    other = make_checked_credential("other")
    gates.shut(credential, asked(60))
    assert Gate.objects.shut().of(credential).exists()
    assert not Gate.objects.shut().of(other).exists()

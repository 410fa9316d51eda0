"""What signs in is replaced while runs go on: none is lost, none fails for it, and each change is made once."""

from collections.abc import Callable

import pytest

from tests.faults.acting import Change, act, audited, credential_path, described, new_secret, save_secret
from tests.faults.records import Written
from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth

pytestmark = pytest.mark.faults
__all__ = ["act"]

AT_ONCE, TIMES = 10, 6


def stream(stage: Stage, between: dict[int, Callable[[], object]]) -> list[Written]:
    """Sixty runs, ten at a time, while the worker is at them; `between`: what happens after the so many first ten."""
    asked: list[Written] = []
    for number in range(1, TIMES + 1):
        asked += stage.ask_many("disable_account", stage.people(AT_ONCE))
        if number in between:
            between[number]()
    return asked


def test_f20_a_secret_that_is_replaced_twice_under_a_stream_of_runs(stage: Stage, act: Change) -> None:
    """F20: once with both secrets good for a while, as Entra recommends; once with the old one gone before."""
    first, second = new_secret(stage), new_secret(stage)

    def in_order() -> None:
        act(client_secret=first)
        save_secret(stage, first)
        act(revoke_tokens=True)

    def too_late() -> None:
        act(client_secret=second, revoke_tokens=True)
        save_secret(stage, second)

    asked = stream(stage, {2: in_order, 4: too_late})
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")
    assert audited(stage, "credential.secret_replaced") == 2


def test_f20_a_wrong_secret_is_refused_under_a_stream_of_runs_and_the_old_one_stays(stage: Stage, act: Change) -> None:
    """F20: the new one is tried before it takes over; nobody notices but who typed it."""

    def mistype() -> None:
        assert "does not accept" in save_secret(stage, new_secret(stage), accepted=False)
        act(revoke_tokens=True)

    asked = stream(stage, {3: mistype})
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")
    assert audited(stage, "credential.secret_replaced") == audited(stage, "credential.refused") == 0


def test_f20_a_certificate_takes_over_from_a_secret_under_a_stream_of_runs(stage: Stage, act: Change) -> None:
    """F20: made here, uploaded, taken into use; the secret is gone right after."""
    page, desk = credential_path(stage), stage.desk_of("credentials")

    def stored(column: str) -> str:
        client = described(stage)["client_id"]
        return str(
            stage.rows(f"SELECT {column} AS it FROM credentials_credential WHERE client_id = %s", [client])[0]["it"]
        )

    def make() -> None:
        made = desk.fill(f"{page}replace-secret/", {"means": "made", "years": "1"})
        assert made.status_code == 302, made.text

    def take() -> None:
        act(certificates=[stored("staged_certificate")])
        taken = desk.fill(page, {}, to=f"{page}next-certificate/use/")
        assert taken.status_code == 302, taken.text
        act(client_secret=new_secret(stage), revoke_tokens=True)

    asked = stream(stage, {1: make, 3: take})
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")
    assert "BEGIN CERTIFICATE" in stored("certificate")
    assert stored("client_secret") == ""

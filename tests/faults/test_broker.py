"""The broker is the doorbell only: without it, and whatever it loses, every run is carried out."""

from tests.faults.stage import Stage
from tests.faults.truth import assert_told_truth

CLICKED = 1.2  # seconds that a page may take to answer, whatever has become of the broker


def test_f05_the_broker_is_down_at_the_click(stage: Stage) -> None:
    """F5: refused connections; the page answers at once, and the sweeper carries the run out itself."""
    stage.broker.stop()
    asked = stage.ask("disable_account")
    assert (asked.status, asked.seconds < CLICKED) == (200, True)
    assert_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")

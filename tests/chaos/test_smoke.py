"""That the chaos run works; it is too long to be a test itself."""

import subprocess
import sys

import pytest

from tests.stage import ROOT

ENOUGH_SECONDS = 200.0


@pytest.mark.faults
def test_a_small_storm() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--seed", "3", "--runs", "20"],
        cwd=ROOT, capture_output=True, text=True, timeout=ENOUGH_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 runs" in done.stdout

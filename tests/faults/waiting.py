"""Waiting by looking."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

POLL_SECONDS = 0.02


def wait_until(
    condition: Callable[[], Found], seconds: float, otherwise: str | Callable[[], str] = "it never came to that"
) -> Found:
    """What `condition` gives when it first gives something true. Fails with `otherwise` when the time is over."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            said = otherwise() if callable(otherwise) else otherwise
            raise AssertionError(f"After {seconds:g} s: {said}")
        time.sleep(POLL_SECONDS)
    return found

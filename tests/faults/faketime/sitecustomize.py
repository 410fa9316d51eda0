"""Python imports this by itself in the processes whose clock libfaketime sets: there its `time.sleep` raises EINVAL.

The library (0.9.10) leaves the monotonic clock alone when told to, and then spoils the sleep that goes by it.
"""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep

"""Orders are files: a test writes them, a process of the product takes one by renaming it, so only one of them does."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neurons_admin import doorbell

FOLDER = "SABOTAGE"
ROLE = "SABOTAGE_ROLE"
LONGEST_HOLD = 120.0


def obey(point: str, subject: str) -> None:
    """Do what is ordered for this point, if anything is. `subject` is what is being done, and to whom."""
    for file in sorted(Path(os.environ[FOLDER]).glob("*.order")):
        try:
            order = json.loads(file.read_text())
        except FileNotFoundError:
            continue  # somebody else has taken it, or it was cancelled
        if _is_meant(order, point, subject) and (order["always"] or _take(file)):
            DEEDS[order["deed"]](file)


def _is_meant(order: dict[str, Any], point: str, subject: str) -> bool:
    return (
        order["point"] == point
        and order["only"] in subject
        and order["role"] in {"", os.environ[ROLE]}
    )  # fmt: skip


def _take(file: Path) -> bool:
    try:
        file.rename(file.with_suffix(".taken"))
    except FileNotFoundError:
        return False
    return True


def _kill(file: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _hold(file: Path) -> None:
    """Wait until the note that we wait is taken away; the test does that."""
    note = file.with_suffix(".held")
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(str(os.getpid()))
    unfinished.rename(note)
    deadline = time.monotonic() + LONGEST_HOLD
    while note.exists() and time.monotonic() < deadline:
        time.sleep(0.005)


def _mend_bell(file: Path) -> None:
    """Once in each process: forget that the broker did not answer, as after a while it would by itself."""
    if _mended.get("by") != file.name:
        _mended["by"] = file.name
        doorbell.breaker.__init__()  # type: ignore[misc]


_mended: dict[str, str] = {}
DEEDS: dict[str, Callable[[Path], None]] = {"kill": _kill, "hold": _hold, "mend bell": _mend_bell}

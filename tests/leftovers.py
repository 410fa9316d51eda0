"""The processes that a killed test run left running: the next run that starts some ends them."""

import json
import os

import psutil

from neurons_admin.local import instance
from tests.engines import VAR

FOLDER = VAR / "processes"
OURS = FOLDER / f"{os.getpid()}.json"


def note(pid: int | None) -> None:
    """Remember a process group that this run started."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    noted = json.loads(OURS.read_text()) if OURS.exists() else []
    OURS.write_text(json.dumps([*noted, instance.identity(pid or 0)]))


def forget() -> None:
    """All that this run started has been stopped."""
    OURS.unlink(missing_ok=True)


def end() -> None:
    """Stop what runs left that are no more."""
    for file in FOLDER.glob("*.json"):
        if not psutil.pid_exists(int(file.stem)):
            instance.end_leftovers(filter(None, json.loads(file.read_text())))
            file.unlink(missing_ok=True)

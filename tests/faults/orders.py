"""The other side of the sabotage: how a test gives an order, and learns that it was obeyed."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path

from tests.faults.waiting import wait_until

_numbers = itertools.count()


@dataclass(frozen=True)
class Order:
    """One order that was given."""

    file: Path

    @property
    def was_obeyed(self) -> bool:
        """Somebody got to the point and took the order."""
        return self.file.with_suffix(".taken").exists()

    def wait(self, seconds: float = 20.0) -> int:
        """Until somebody is held at the point; returns that process's number."""
        note = self.file.with_suffix(".held")
        wait_until(note.exists, seconds, "nobody got to the point")
        return int(note.read_text())

    def release(self) -> None:
        """Let the one who is held go on."""
        self.file.with_suffix(".held").unlink(missing_ok=True)

    def cancel(self) -> None:
        """Nobody obeys it any more, and who is held goes on."""
        self.file.unlink(missing_ok=True)
        self.release()


def give(folder: Path, point: str, deed: str, *, only: str = "", role: str = "", always: bool = False) -> Order:
    """Write an order down, whole at once."""
    file = folder / f"{next(_numbers):06d}.order"
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps({"point": point, "deed": deed, "only": only, "role": role, "always": always}))
    unfinished.rename(file)
    return Order(file)


def clear(folder: Path) -> None:
    """Cancel all orders; whoever is held goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        file.unlink(missing_ok=True)

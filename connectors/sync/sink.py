"""What a synchronisation needs of whoever keeps the people."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from .records import AccountRecord, Removal


class Stored(NamedTuple):
    """How many accounts were new, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


class Sink(Protocol):
    """Keeps accounts. Called inside the caller's transaction; storing the same page twice changes nothing more."""

    def store(
        self,
        connector_id: uuid.UUID,
        run_id: uuid.UUID,
        accounts: Sequence[AccountRecord],
        removals: Sequence[Removal],
    ) -> Stored:
        """Store one batch; `run_id` marks what was seen."""
        ...

    def sweep(self, connector_id: uuid.UUID, run_id: uuid.UUID) -> int:
        """After a full round: mark as removed what `run_id` has not seen. Returns how many."""
        ...

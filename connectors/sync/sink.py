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
        mark: uuid.UUID,
        accounts: Sequence[AccountRecord],
        removals: Sequence[Removal],
    ) -> Stored:
        """Store one batch; `mark` is left on what was seen in this round."""
        ...

    def sweep(self, connector_id: uuid.UUID, mark: uuid.UUID) -> int:
        """After a full round: note as removed what bears another mark. Returns how many."""
        ...

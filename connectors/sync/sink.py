"""What a synchronisation needs of whoever keeps the people."""

import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from .group_records import GroupChange
from .list_records import DeviceRecord, LicenceRecord, RoleHolder
from .records import AccountRecord, Removal


class Stored(NamedTuple):
    """How many were new, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


class Sink(Protocol):
    """Keeps what is read. Called inside the caller's transaction; storing the same page twice changes nothing more.

    `mark` is left on what was seen in a round; a sweep, after a full one, takes away what bears another. Sweeps return
    how many that were.
    """

    def store(
        self,
        connector_id: uuid.UUID,
        mark: uuid.UUID,
        accounts: Sequence[AccountRecord],
        removals: Sequence[Removal],
        *,
        full: bool = False,
    ) -> Stored:
        """Store one batch of accounts; `full` says whether everything is told in this round, not only changes."""
        ...

    def sweep(self, connector_id: uuid.UUID, mark: uuid.UUID) -> int:
        """Note accounts as removed."""
        ...

    def store_groups(self, connector_id: uuid.UUID, mark: uuid.UUID, changes: Sequence[GroupChange]) -> Stored:
        """Store one batch of what was said of groups."""
        ...

    def sweep_groups(self, connector_id: uuid.UUID, mark: uuid.UUID) -> int:
        """Note groups as removed, and take out members."""
        ...

    def store_licences(self, connector_id: uuid.UUID, records: Sequence[LicenceRecord]) -> Stored:
        """Store the list of all products."""
        ...

    def store_devices(self, connector_id: uuid.UUID, mark: uuid.UUID, records: Sequence[DeviceRecord]) -> Stored:
        """Store one batch of devices."""
        ...

    def sweep_devices(self, connector_id: uuid.UUID, mark: uuid.UUID) -> int:
        """Delete devices."""
        ...

    def store_sign_ins(self, connector_id: uuid.UUID, moments: Mapping[str, str]) -> Stored:
        """Store last sign-ins by object id."""
        ...

    def store_standing(
        self, connector_id: uuid.UUID, holders: Sequence[RoleHolder] | None, *, groups_known: bool
    ) -> Stored:
        """Say of all accounts who holds directory roles (None: unknown) and who is in a role-assignable group.

        Of the latter nothing is said where the groups are not known (`groups_known`).
        """
        ...

    def known(self, connector_id: uuid.UUID, stream: str) -> int:
        """How many rows of a stream are there: accounts, groups, products, devices, holders of directory roles."""
        ...

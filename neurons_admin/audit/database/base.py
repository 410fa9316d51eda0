"""The database backend of the product: Django's own for PostgreSQL, with one step before each commit.

The step comes at the end of the transaction because it takes a lock that all who record share: a lock that is always
the last one can be part of no deadlock, and is held for the commit only.
"""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import base

from neurons_admin.audit import chain


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that knows which events its transaction has added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recorded: list[int] = []

    def connect(self) -> None:
        self.recorded = []
        super().connect()

    def commit(self) -> None:
        """Chain what was recorded, then commit. What cannot be chained is rolled back, and the reason raised."""
        try:
            self._chain_recorded()
        except BaseException:
            self.rollback()
            raise
        super().commit()

    def rollback(self) -> None:
        self.recorded = []
        super().rollback()

    def check_constraints(self, table_names: Iterable[str] | None = None) -> None:
        """Deferred constraints, that of the chain among them, are looked at as if it were the commit."""
        self._chain_recorded()
        super().check_constraints(table_names)

    def _chain_recorded(self) -> None:
        event_ids, self.recorded = self.recorded, []
        if event_ids:
            with self.cursor() as cursor:
                chain.append(cursor, event_ids)

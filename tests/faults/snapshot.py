"""The tables as they were when the product had been prepared, to be put back between two tests."""

import psycopg
from psycopg import sql

KEPT = ("django_migrations", "people_pulse", "people_incarnation")
# Refers to members, who are put back: it must be emptied with them, and is filled again with what it held.
SESSIONS = "access_session"
TABLES = """
    SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relname = ANY(%s)
    GROUP BY c.relname ORDER BY c.relname
"""
ATTEMPTS = 5


class Snapshot:
    """A copy of every table in a schema of its own.

    Sessions are left alone: who is signed in stays so. So is what the running processes tell each other.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        with self._connect() as connection:
            self._columns = dict(connection.execute(TABLES, [[*KEPT, SESSIONS]]).fetchall())
            connection.execute("CREATE SCHEMA snapshot")
            for table in self._columns:
                name = sql.Identifier(table)
                connection.execute(sql.SQL("CREATE TABLE snapshot.{0} AS TABLE public.{0}").format(name))

    def restore(self) -> None:
        """Put everything back; triggers and constraints are not asked. Tries again when a worker is in the way."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._connect() as connection:
                    self._restore(connection)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable):
                if attempt == ATTEMPTS:
                    raise
            else:
                return

    def _restore(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL lock_timeout = '2s'")
        sessions, *others = (sql.Identifier("public", table) for table in (SESSIONS, *self._columns))
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sessions))
        connection.execute(sql.SQL("CREATE TEMPORARY TABLE sessions ON COMMIT DROP AS TABLE {}").format(sessions))
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join([sessions, *others])))
        connection.execute(sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE TABLE sessions").format(sessions))
        for table, columns in self._columns.items():
            copy = sql.SQL("INSERT INTO public.{0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM snapshot.{0}")
            listed = sql.SQL(", ").join(map(sql.Identifier, columns))
            connection.execute(copy.format(sql.Identifier(table), listed))

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url, connect_timeout=5)

"""Encrypt every stored secret with the newest of CREDENTIAL_KEYS."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credentials import keys


class Command(BaseCommand):
    """Put the new key first in CREDENTIAL_KEYS, restart, run this, and only then take the old key away."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Count, and change nothing.")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        left = 0
        for column in keys.columns():
            self.stdout.write(f"{column.label}: {column.total} stored, {column.outdated} with an older key")
            if not dry_run:
                left += self._rotate(column)
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")
        elif left:
            raise CommandError(
                f"{left} secrets do not open and were left as they are. Put the key back that they need and run this"
                " again, or replace these secrets."
            )
        else:
            self.stdout.write("Every stored secret uses the newest key; older keys may be removed.")

    def _rotate(self, column: keys.Column) -> int:
        """Rotate a column; returns how many of its secrets do not open."""
        unreadable = 0
        for done, problem in enumerate(keys.rotate(column), start=1):
            if problem:
                unreadable += 1
                self.stderr.write(f"  {problem}")
            if done % 100 == 0:
                self.stdout.write(f"  {done} of {column.outdated}")
        return unreadable

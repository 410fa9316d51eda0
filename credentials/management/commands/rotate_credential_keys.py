"""Encrypt every stored secret with the newest of CREDENTIAL_KEYS."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from credentials import rotation
from neurons_admin.encryption import keyring, newest_key_id

PROGRESS_EVERY = 100


class Command(BaseCommand):
    """Put the new key first in CREDENTIAL_KEYS, restart, run this, and only then take the old key away.

    It can be interrupted and run again at any time, while the product works.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="Open and count everything, and change nothing.")
        what.add_argument("--status", action="store_true", help="Say which key id is used by how many rows.")
        parser.add_argument(
            "--leave-unreadable",
            action="store_true",
            help="Rotate the others although some do not open. Those are lost once their key is.",
        )

    def handle(self, *args: Any, dry_run: bool, status: bool, leave_unreadable: bool, **options: Any) -> None:
        try:
            keyring()
        except ImproperlyConfigured as exc:
            raise CommandError(str(exc)) from exc
        if status:
            self._tell_status()
            return
        self._require_readable(leave_unreadable)
        for column in rotation.columns():
            self.stdout.write(f"{column.label}: {column.total} stored, {column.outdated} with an older key")
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")
        else:
            self._rotate()

    def _tell_status(self) -> None:
        """A row for each column and key; and which keys nothing needs any more."""
        used: set[str] = set()
        for column in rotation.columns():
            for key_id, rows in sorted(column.by_key.items()):
                self.stdout.write(f"{column.label}: {rows} with {_named(key_id)}")
                used.add(key_id)
        for key_id in keyring():
            if key_id != newest_key_id() and key_id not in used:
                self.stdout.write(f"Nothing uses {_named(key_id)}: it may be removed.")

    def _require_readable(self, leave_unreadable: bool) -> None:
        """Refuse to begin where the key of a row is missing: it might be the one that is about to be thrown away."""
        problems = 0
        for problem in rotation.unreadable():
            self.stderr.write(f"  {problem}")
            problems += 1
        if problems and not leave_unreadable:
            raise CommandError(
                f"{problems} stored secrets do not open; nothing was changed. Put the key back that they need, or"
                " replace or delete them. --leave-unreadable rotates the others."
            )

    def _rotate(self) -> None:
        ours = rotation.Rotation(self._tell_progress)
        try:
            ours.run()
        except rotation.CountsDiffer as exc:
            raise CommandError(str(exc)) from exc
        done = sum(ours.done.values())
        self.stdout.write(f"{done} encrypted with {_named(newest_key_id())}, {ours.gone} deleted meanwhile.")
        if ours.left:
            raise CommandError(f"{len(ours.left)} secrets do not open and were left as they are.")
        self.stdout.write("Every stored secret uses the newest key; older keys may be removed.")

    def _tell_progress(self, column: rotation.Column, done: int) -> None:
        if done % PROGRESS_EVERY == 0:
            self.stdout.write(f"  {column.label}: {done} of {column.outdated}")


def _named(key_id: str) -> str:
    """A key as people tell it from others: by its id, and what it is for."""
    if not key_id:
        return "no key: not written by this product"
    if key_id not in keyring():
        return f"key {key_id}, which is NOT in CREDENTIAL_KEYS"
    return f"key {key_id}, the newest" if key_id == newest_key_id() else f"the older key {key_id}"

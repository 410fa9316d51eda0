"""Say whether the audit trail is what was recorded; exit code 1 if it is not."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from neurons_admin.audit import heads
from neurons_admin.audit.chain import Head
from neurons_admin.audit.verifying import BrokenChainError, verify


def head(text: str) -> Head:
    """A head as it is printed, `position:code`. Raises ArgumentTypeError for anything else."""
    try:
        return heads.read(text)
    except ValueError as exc:
        raise ArgumentTypeError("A head is a position, a colon and 64 hexadecimal digits.") from exc


def kept(path: str) -> list[Head]:
    """The heads of a file. Raises ArgumentTypeError if it cannot be read, or holds something else."""
    try:
        return heads.kept_in(Path(path))
    except (OSError, ValueError) as exc:
        raise ArgumentTypeError(f"It is no file of heads: {exc}") from exc


class Command(BaseCommand):
    """Reads everything, or what came after a head; prints the last head, to be kept where nobody can change it."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--start", type=head, help="A head to begin after: what came before is not read.")
        parser.add_argument(
            "--kept", type=head, action="append", default=[], help="A head kept outside: shows an end that was cut."
        )

        parser.add_argument("--heads", type=kept, default=[], help="The file of heads that AUDIT_HEADS has named.")

    def handle(self, *args: Any, start: Head | None, **options: Any) -> None:
        try:
            last = verify(start, [*options["kept"], *options["heads"]])
        except BrokenChainError as exc:
            raise CommandError(str(exc), returncode=1) from exc
        self.stdout.write(f"The audit trail is what was recorded. Head: {heads.written(last)}")

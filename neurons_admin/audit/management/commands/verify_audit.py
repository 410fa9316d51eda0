"""Say whether the audit trail is what was recorded; exit code 1 if it is not."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from neurons_admin.audit.chain import Head
from neurons_admin.audit.verifying import BrokenChainError, verify


def head(text: str) -> Head:
    """A head as it is printed, `position:code`. Raises ArgumentTypeError for anything else."""
    position, _, mac = text.strip().partition(":")
    try:
        found = Head(int(position), bytes.fromhex(mac))
    except ValueError as exc:
        raise ArgumentTypeError("A head is a position, a colon and 64 hexadecimal digits.") from exc
    if found.position < 1 or len(found.mac) != 32:
        raise ArgumentTypeError("A head is a position, a colon and 64 hexadecimal digits.")
    return found


class Command(BaseCommand):
    """Reads everything, or what came after a head; prints the last head, to be kept where nobody can change it."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--start", type=head, help="A head to begin after: what came before is not read.")
        parser.add_argument(
            "--kept", type=head, action="append", default=[], help="A head kept outside: shows an end that was cut."
        )

    def handle(self, *args: Any, start: Head | None, kept: list[Head], **options: Any) -> None:
        try:
            last = verify(start, kept)
        except BrokenChainError as exc:
            raise CommandError(str(exc), returncode=1) from exc
        self.stdout.write(f"The audit trail is what was recorded. Head: {last.position}:{last.mac.hex()}")

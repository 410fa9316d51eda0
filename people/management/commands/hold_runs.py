"""Hold every open run until somebody confirms it: after the database was set back by other means than a dump."""

from typing import Any

from django.core.management.base import BaseCommand

from people.restores import hold_open


class Command(BaseCommand):
    """A dump that is restored is noticed by itself; a disk's snapshot or a point-in-time recovery is not."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        held = hold_open()
        self.stdout.write(f"{held} open runs are held. Each goes on when somebody confirms it on its page.")

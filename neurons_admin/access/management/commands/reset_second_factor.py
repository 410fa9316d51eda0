"""Take all second factors from a member who has lost them, so that the next sign-in asks for new ones."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from neurons_admin.access import factors
from neurons_admin.access.models import User


class Command(BaseCommand):
    """For the last superuser, who has nobody to ask. It is recorded in the audit trail, and ends their sessions."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="The name they sign in with.")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        member = User.objects.filter(username=username).first()
        if member is None:
            raise CommandError(f"There is no member with the username {username}.")
        gone = factors.reset(member, by=None)
        self.stdout.write(
            f"{gone} second factors of {username} were removed, and their sessions ended. They sign in with their"
            " password and add a second factor at once: be sure that it is they who do."
        )

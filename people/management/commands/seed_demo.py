"""Fill an empty product with the demo tenant: a connector with both credentials, a first synchronisation, a sign-in."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from connectors import demo
from connectors.sync import schedule
from neurons_admin.access.models import User


class Command(BaseCommand):
    """Safe to run again: what is there is brought up to date, what somebody changed otherwise is left alone."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant-file", type=Path, required=True, help="tenant.json of the running demo tenant.")

    def handle(self, *args: Any, tenant_file: Path, **options: Any) -> None:
        if not settings.DEMO_TENANT:
            raise CommandError("This is for a product that runs with DEMO_TENANT=1.")
        tenant = json.loads(tenant_file.read_text())
        actor = self._ensure_user(os.environ.get("DEMO_PASSWORD", ""))
        schedule.start(demo.ensure_connector(tenant, actor=actor))

    def _ensure_user(self, password: str) -> User:
        user = User.objects.filter(username="admin").first()
        if user is None:
            user = User.objects.create_superuser(
                "admin", password=password or None, first_name="Demo", last_name="Admin"
            )
            self.stdout.write("Made the user admin.")
        return user

"""Fill an empty product with the demo tenant: a connector with both credentials, its people, users to sign in as."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError

from connectors import demo, sync
from connectors.sync import schedule
from neurons_admin.access import roles
from neurons_admin.access.models import Identity, User
from people import imports

ROLE_USERS = {
    "viewer": roles.VIEWER,
    "desk": roles.SERVICE_DESK,
    "people": roles.PEOPLE_ADMIN,
    "connectors": roles.CONNECTOR_ADMIN,
    "credentials": roles.CREDENTIAL_ADMIN,
}


class Command(BaseCommand):
    """Safe to run again: what is there is brought up to date, what somebody changed otherwise is left alone."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant-file", type=Path, required=True, help="tenant.json of the running demo tenant.")

    def handle(self, *args: Any, tenant_file: Path, **options: Any) -> None:
        if not settings.DEMO_TENANT:
            raise CommandError("This is for a product that runs with DEMO_TENANT=1.")
        tenant = json.loads(tenant_file.read_text())
        admin = self._ensure_users(os.environ.get("DEMO_PASSWORD") or None)
        self._ensure_identity(tenant)
        connector = demo.ensure_connector(tenant, actor=admin)
        run = schedule.start(connector)
        if connector.last_synced_at is None:
            # At the first start nobody should meet an empty list: this one does not wait for a worker.
            sync.carry_out(run.pk, imports)

    def _ensure_identity(self, tenant: dict[str, Any]) -> None:
        """The service desk signs in with Microsoft, too: as the first of the tenant's people."""
        first = next(iter(tenant["people"].values()))["id"]
        defaults = {"tenant_id": tenant["tenant_id"], "object_id": first}
        Identity.objects.get_or_create(member=User.objects.get(username="desk"), defaults=defaults)

    def _ensure_users(self, password: str | None) -> User:
        """One user for each role, all with the same password, and the superuser `admin`, who is returned."""
        for username, role in ROLE_USERS.items():
            if not User.objects.filter(username=username).exists():
                user = User.objects.create_user(username, password=password, first_name="Demo", last_name=role.title())
                user.groups.add(Group.objects.get(name=role))
        admin = User.objects.filter(username="admin").first()
        return admin or User.objects.create_superuser("admin", password=password, first_name="Demo", last_name="Admin")

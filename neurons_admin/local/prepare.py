"""A process of its own between the engines and the product: migrate, and seed the demo. One Django start for both."""

import sys

import django
from django.core.management import call_command


def main(tenant_file: str | None) -> None:
    """Bring the database up to date; with the demo tenant's file also make the demo's users and connectors."""
    django.setup()
    call_command("migrate", interactive=False)
    if tenant_file:
        call_command("seed_demo", f"--tenant-file={tenant_file}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)

"""The app that keeps app registrations and their secrets."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from neurons_admin.access import offers, roles
from neurons_admin.access.offers import Offer, Section
from neurons_admin.starting import process_starting

from .keys import plant_canary, verify


class CredentialsConfig(AppConfig):
    """Plants the canary that shows at start-up whether CREDENTIAL_KEYS opens what is stored; says what a role can
    include of credentials.
    """

    name = "credentials"

    def ready(self) -> None:
        offers.register(offered)
        post_migrate.connect(plant_canary, sender=self, dispatch_uid="credentials.plant_canary")
        process_starting.connect(verify, dispatch_uid="credentials.verify")


def offered() -> list[Section]:
    """What a role can include."""
    keepers = (roles.CREDENTIAL_ADMIN,)
    words = {
        "view_credential": "See shared credentials",
        "add_credential": "Add shared credentials",
        "change_credential": "Change shared credentials",
        "delete_credential": "Delete shared credentials",
    }
    use = Offer("credentials.use_credential", "Use shared credentials in connectors", (roles.CONNECTOR_ADMIN, *keepers))
    keep = [Offer(f"credentials.{code}", label, keepers) for code, label in words.items()]
    return [Section("Credentials", [*keep, use])]

"""The app that knows how each tenant is reached: what is read from it, when, and how we act there."""

from django.apps import AppConfig

from neurons_admin.access import offers, roles
from neurons_admin.access.offers import Offer, Section


class ConnectorsConfig(AppConfig):
    """Says what of connectors a role can include."""

    name = "connectors"

    def ready(self) -> None:
        offers.register(offered)


def offered() -> list[Section]:
    """What a role can include."""
    keepers = (roles.CONNECTOR_ADMIN,)
    words = {
        "view_connector": "See connectors",
        "add_connector": "Add connectors",
        "change_connector": "Change connectors",
        "delete_connector": "Delete connectors",
        "sync_connector": "Start synchronisations",
    }
    return [Section("Connectors", [Offer(f"connectors.{code}", label, keepers) for code, label in words.items()])]

"""The app that holds the audit trail."""

from django.apps import AppConfig

from neurons_admin.access import offers, roles
from neurons_admin.access.offers import Offer, Section


class AuditConfig(AppConfig):
    """Says what of the audit trail a role can include."""

    name = "neurons_admin.audit"
    label = "audit"

    def ready(self) -> None:
        offers.register(offered)


def offered() -> list[Section]:
    """What a role can include."""
    readers = (roles.CONNECTOR_ADMIN, roles.CREDENTIAL_ADMIN)
    return [Section("Audit", [Offer("audit.view_event", "Read the audit trail", readers)])]

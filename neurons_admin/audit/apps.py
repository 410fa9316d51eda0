"""The app that holds the audit trail."""

from django.apps import AppConfig

from neurons_admin.access import offers, roles
from neurons_admin.access.offers import Offer, Section
from neurons_admin.audit import chain
from neurons_admin.starting import process_starting


class AuditConfig(AppConfig):
    """Says what of the audit trail a role can include."""

    name = "neurons_admin.audit"
    label = "audit"

    def ready(self) -> None:
        offers.register(offered)
        process_starting.connect(chain.require_key, dispatch_uid="audit.require_key")


def offered() -> list[Section]:
    """What a role can include."""
    readers = (roles.CONNECTOR_ADMIN, roles.CREDENTIAL_ADMIN)
    taking = Offer("audit.export_event", "Take the audit trail along as a file")
    return [
        Section("Audit", [Offer("audit.view_event", "Read the audit trail", readers), taking]),
    ]

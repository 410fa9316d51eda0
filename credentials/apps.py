"""The app that keeps app registrations and their secrets."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from neurons_admin.starting import process_starting

from .keys import plant_canary, verify


class CredentialsConfig(AppConfig):
    """Plants the canary that shows at start-up whether CREDENTIAL_KEYS opens what is stored."""

    name = "credentials"

    def ready(self) -> None:
        post_migrate.connect(plant_canary, sender=self, dispatch_uid="credentials.plant_canary")
        process_starting.connect(verify, dispatch_uid="credentials.verify")

"""The canary that is looked at before anything starts: whether CREDENTIAL_KEYS opens what is stored."""

from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from neurons_admin.encryption import SecretUnreadable

CANARY_TEXT = "the canary sings"


def plant_canary(**_: Any) -> None:
    """Store the canary once, with the keys of the first migration."""
    canary = apps.get_model("credentials", "KeyCanary")
    if not canary.objects.exists():
        canary.objects.create(value=CANARY_TEXT)


def verify(**_: Any) -> None:
    """Raise ImproperlyConfigured if CREDENTIAL_KEYS does not open what is stored.

    Web, worker and sweeper ask for this before they begin.
    """
    for canary in apps.get_model("credentials", "KeyCanary").objects.all():
        try:
            sings = canary.value.reveal() == CANARY_TEXT
        except SecretUnreadable:
            sings = False
        if not sings:
            raise ImproperlyConfigured(
                "CREDENTIAL_KEYS does not open the stored secrets. Nothing was started and nothing was changed: put the"
                " key back that was in use before (newest key first, older ones after it)."
            )

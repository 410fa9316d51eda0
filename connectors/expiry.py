"""The last day of a client secret, as the app registration in the directory has it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from connectors.graph import Grant, GraphError, open_reader
from connectors.registration import registration_of
from credentials.models import Credential

# With one of these Graph shows an application its own registration, and with most of them any other.
MAY_READ: Final = frozenset({
    "Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", "Directory.Read.All",
    "Directory.ReadWrite.All",
})  # fmt: skip


def day_in_directory(credential: Credential, grant: Grant) -> date | None:
    """The last day of the stored secret by its app registration; None if it cannot be known from there. Raises nothing.

    Not for a certificate, which says its end itself, nor without a hint or a permission to look. Graph's refusal is no
    fault of the credential: the app registration may live in another tenant. Asks the network.
    """
    if credential.certificate or not credential.secret_hint or not MAY_READ & set(grant.permissions):
        return None
    link = f"/applications(appId='{credential.client_id}')?$select=passwordCredentials"
    try:
        secrets = open_reader(registration_of(credential)).get(link).get("passwordCredentials")
    except (GraphError, OSError):
        return None
    return last_day_of(credential.secret_hint, secrets)


def last_day_of(hint: str, secrets: object) -> date | None:
    """The last whole day, in UTC, of the secret that begins with `hint`; None if none does, or several that differ."""
    entries = [each for each in secrets if isinstance(each, dict)] if isinstance(secrets, list) else []
    days = {_last_day(each.get("endDateTime")) for each in entries if each.get("hint") == hint}
    return days.pop() if len(days) == 1 else None


def _last_day(end: Any) -> date | None:
    try:
        return (datetime.fromisoformat(str(end)).astimezone(UTC) - timedelta(days=1)).date()
    except (ValueError, OverflowError):
        return None

"""What an explanation of a problem is: a plain sentence, the probable causes, the cure and where it is done."""

from enum import StrEnum
from typing import Final, NamedTuple

LEARN: Final = "https://learn.microsoft.com"


class Place(StrEnum):
    """Where a cure is done, when that depends on the case: whoever shows the explanation knows the address."""

    ACTION_DETAILS = "action_details"
    CREDENTIAL = "credential"
    PERSON = "person"
    ENTRA_PERSON = "entra_person"
    ENTRA_SECRETS = "entra_secrets"
    ENTRA_PERMISSIONS = "entra_permissions"
    ENTRA_OVERVIEW = "entra_overview"


class Link(NamedTuple):
    """Where a cure is done or told: words, and an address or a place."""

    words: str
    to: str | Place


class Explanation(NamedTuple):
    """A problem in plain words. `kind` is short and stays the same, whatever the words become.

    The causes are ordered, the likeliest first. `again` says whether asking once more makes sense after the cure.
    """

    kind: str
    sentence: str
    causes: tuple[str, ...]
    cure: str
    links: tuple[Link, ...]
    again: bool = True


def learn(words: str, path: str) -> Link:
    """A page of Microsoft's documentation, in the reader's own language."""
    return Link(words, f"{LEARN}/{path}")


SECRETS: Final = Link("Open the application's secrets in Entra", Place.ENTRA_SECRETS)
PERMISSIONS: Final = Link("Open the application's permissions in Entra", Place.ENTRA_PERMISSIONS)
OVERVIEW: Final = Link("Open the application in Entra", Place.ENTRA_OVERVIEW)
IN_ENTRA: Final = Link("Open the person in Entra", Place.ENTRA_PERSON)
PERSON: Final = Link("Open the person", Place.PERSON)
CREDENTIAL: Final = Link("Open the credential", Place.CREDENTIAL)
ACTION_DETAILS: Final = Link("Open Action details", Place.ACTION_DETAILS)
SERVICE_HEALTH: Final = learn("How to see Microsoft's service health", "microsoft-365/enterprise/view-service-health")
REPORT: Final = "Tell whoever looks after this product, with the run's id."

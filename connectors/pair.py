"""The two credentials of a connector, and whether they may stand beside each other.

Reading and acting use two app registrations of one tenant. The first rule is what the product is for; the second keeps
an action from going to somebody else's directory.
"""

from dataclasses import dataclass
from enum import StrEnum

from credentials.models import Credential


class Objection(StrEnum):
    """Why two credentials may not be the ones of a connector, in a sentence for the person who chose them."""

    SAME_ROW = (
        "This credential has the other part in this connector already. One credential is for reading or for acting,"
        " never for both: choose another."
    )
    OTHER_TENANT = (
        "The credential to synchronise with and the Action Credentials are of two different tenants. Actions would go"
        " to people of another directory than the ones shown here: check the directory (tenant) ID,"
        " and use two app registrations of one tenant."
    )
    SAME_APP = (
        "This is the same app registration for reading and for acting. Then the credential that is used every hour,"
        " with nobody watching, may change and delete accounts, and whoever gets hold of it may too. Make two app"
        " registrations, or tick “One app registration for reading and acting is wanted here”."
    )


@dataclass(frozen=True)
class Pair:
    """A credential to synchronise with and one to act with; either may be missing."""

    reading: Credential | None
    acting: Credential | None
    same_app_accepted: bool = False

    @property
    def is_same_app(self) -> bool:
        """Whether both are one app registration."""
        return bool(self.reading and self.acting and self.reading.same_app_key == self.acting.same_app_key)

    @property
    def objection(self) -> Objection | None:
        """What is wrong with them together; None if nothing is."""
        if self.reading is None or self.acting is None:
            return None
        if self.reading.pk == self.acting.pk:
            return Objection.SAME_ROW
        if (self.reading.cloud, self.reading.tenant_id) != (self.acting.cloud, self.acting.tenant_id):
            return Objection.OTHER_TENANT
        if self.is_same_app and not self.same_app_accepted:
            return Objection.SAME_APP
        return None

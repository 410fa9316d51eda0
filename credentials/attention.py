"""What of the credentials needs a person: those that do not work, have expired, or expire within 30 days."""

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from neurons_admin.access.models import User

from .models import Credential
from .uses import Use, uses_of


class Kind(StrEnum):
    """Why somebody has to look, the most urgent first."""

    EXPIRED = "expired"
    FAILING = "failing"
    EXPIRING = "expiring"


@dataclass(frozen=True)
class Attention:
    """One credential that needs a person.

    `words` continue its `name`; `url` is its page, or its connector's for one that was filled in. `days` is None where
    nobody knows the last day.
    """

    kind: Kind
    name: str
    words: str
    url: str
    used_by: tuple[str, ...]
    days: int | None = None

    @property
    def tone(self) -> str:
        """The tone it is shown in."""
        return "warning" if self.kind is Kind.EXPIRING else "bad"


def needing_attention(reader: User | AnonymousUser | None = None) -> list[Attention]:
    """The credentials that need a person, the most urgent first; filled-in ones by their connector's name.

    With a `reader` only those that the reader may look at: shared ones on their own page, filled-in ones on their
    connector's. One query, and one for each kind of use.
    """
    shown = (Credential.objects.failing() | Credential.objects.expiring()).order_by("secret_expires_on", "name")
    uses = uses_of(shown, reader)
    may_see_shared = reader is None or reader.has_perm("credentials.view_credential")
    found = [_attention(row, uses.get(row.pk, []), may_see_shared=may_see_shared) for row in shown]
    order = list(Kind)
    return sorted((each for each in found if reader is None or each.url), key=lambda each: order.index(each.kind))


def _attention(credential: Credential, uses: list[Use], *, may_see_shared: bool) -> Attention:
    kind, words = _said_of(credential)
    own_url = credential.get_absolute_url() if may_see_shared else ""
    return Attention(
        kind=kind,
        name=named(credential, uses),
        words=words,
        url=own_url if credential.is_shared else next((use.url for use in uses), ""),
        used_by=tuple(dict.fromkeys(use.label for use in uses)),
        days=credential.days_left,
    )


def named(credential: Credential, uses: list[Use]) -> str:
    """What people call it: one that was filled in has no name of its own, so what uses it gives it one."""
    if credential.is_shared or not uses:
        return str(credential)
    return f"{uses[0].label} ({uses[0].role})"


def _said_of(credential: Credential) -> tuple[Kind, str]:
    if credential.has_expired:
        return Kind.EXPIRED, "Its secret has expired: make a new one in Entra and replace it."
    if credential.check_code:
        return Kind.FAILING, credential.check_message or "Microsoft does not accept it."
    return Kind.EXPIRING, f"Its secret {credential.expiry_words[:1].lower()}{credential.expiry_words[1:]}."

"""What trying a credential out has shown."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from .directory_roles import names_of

NO_CONSENT: Final = "no_consent"
EXPIRED_SECRET: Final = "expired_secret"  # noqa: S105 - a code


@dataclass(frozen=True)
class Finding:
    """What signing in with a credential showed.

    `code` is empty when the credential works; otherwise `message` says what is wrong and how to mend it. `signed_in`
    says whether Microsoft accepted tenant, client ID and secret, `asked` whether anything was learnt of the credential.
    `expires_on` is the last day of its secret as the app registration has it; None if that was not to be learnt.
    """

    code: str = ""
    message: str = ""
    signed_in: bool = True
    asked: bool = True
    app_name: str = ""
    tenant_id: str = ""
    permissions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    reference: str = ""
    expires_on: date | None = None

    @property
    def tone(self) -> str:
        """The tone it is shown in."""
        if self.works:
            return "good"
        if self.signed_in:
            return "warning"
        return "bad" if self.asked else "unknown"

    @property
    def title(self) -> str:
        """What was found, in a few words."""
        if self.code == NO_CONSENT and self.signed_in:
            return "Microsoft accepted it, and nothing has been granted"
        if self.signed_in:
            return "Microsoft accepted it"
        return "Microsoft did not accept it" if self.asked else "It could not be tried"

    @property
    def works(self) -> bool:
        return not self.code

    @property
    def role_names(self) -> list[str]:
        return names_of(self.roles)

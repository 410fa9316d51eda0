"""What trying a credential out has shown."""

from dataclasses import dataclass
from typing import Final

from .directory_roles import names_of

NO_CONSENT: Final = "no_consent"
EXPIRED_SECRET: Final = "expired_secret"


@dataclass(frozen=True)
class Finding:
    """What signing in with a credential showed.

    `code` is empty when the credential works; otherwise `message` says what is wrong and how to mend it. `signed_in` says
    whether Microsoft accepted tenant, client ID and secret, `asked` whether Microsoft could be asked at all.
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

    @property
    def works(self) -> bool:
        return not self.code

    @property
    def role_names(self) -> list[str]:
        return names_of(self.roles)

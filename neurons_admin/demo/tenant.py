"""One demo tenant: its people, apps, keys and settings, put together. No HTTP and no sockets."""

import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from neurons_admin.demo.apps import AppRegistry
from neurons_admin.demo.cast import BY_KEY, DOMAIN, NUMBER
from neurons_admin.demo.delta import Delta, LaggingDelta, Seal
from neurons_admin.demo.directory import Directory
from neurons_admin.demo.groups_delta import GroupDelta, LaggingGroupDelta
from neurons_admin.demo.journal import Journal
from neurons_admin.demo.ledger import Ledger
from neurons_admin.demo.odata import MAX_PAGE
from neurons_admin.demo.tokens import LIFETIME, TokenSigner
from neurons_admin.demo.wire import Json

TENANT_ID = "7d4f1c52-9a3e-4b60-8c11-5e2a9f60d3b7"
DOMAINS = (DOMAIN, "contoso.onmicrosoft.example")


@dataclass(frozen=True)
class Settings:
    """What may be changed while the tenant runs."""

    latency_ms: float = 0
    page_size: int = 200
    password_role_required: bool = True
    token_lifetime: int = LIFETIME
    temporary_access_pass: bool = True
    """Whether the tenant's policy allows temporary access passes."""
    usage_location_lag: float = 0
    """For how many seconds licensing refuses a usage location that was just set, as a replica that lags does."""

    forged: str = ""
    """How the ID tokens of people who sign in are wrong (`people_sign_in`); empty: not at all."""

    def __post_init__(self) -> None:
        waits = min(self.latency_ms, self.usage_location_lag)
        if not (waits >= 0 and 1 <= self.page_size <= MAX_PAGE and self.token_lifetime > 0):
            raise ValueError("Latency, lag and token lifetime must be positive, and a page has 1 to 999 rows.")

    def with_changes(self, changes: Json) -> "Settings":
        """The same with some values changed; ValueError for a name or a value that does not fit."""
        kinds: dict[str, Any] = {
            "latency_ms": (int, float),
            "page_size": int,
            "password_role_required": bool,
            "token_lifetime": int,
            "temporary_access_pass": bool,
            "usage_location_lag": (int, float),
            "forged": str,
        }
        for name, value in changes.items():
            is_flag = kinds.get(name) is bool
            if name not in kinds or not isinstance(value, kinds[name]) or isinstance(value, bool) is not is_flag:
                raise ValueError(f"Not a setting, or not a value for it: {name}")
        return replace(self, **changes)


class Tenant:
    """Everything behind the two addresses, kept in `directory` (a folder) so that a restart finds it again."""

    def __init__(self, folder: Path, origin: str, *, users: int, seed: int, settings: Settings) -> None:
        self.id = TENANT_ID
        self.domains = DOMAINS
        self.authority = origin
        self.graph_url = f"{origin}/v1.0"
        self.settings = settings
        self._first = (users, seed, settings)
        self.apps = AppRegistry(folder / "apps.json")
        self.signer = TokenSigner(folder / "token-signing-key.pem", self.id, origin)
        self.seal = Seal(folder / "link-key")
        self.directory = Directory(users, seed)
        self.ledger = Ledger(folder / "changes.jsonl", self.directory)
        self.delta = Delta(self.directory)
        self.group_delta = GroupDelta(self.directory)
        self.journal = Journal()
        self.directory.listen(lambda change: self.journal.note_effect())

    def reset(self) -> None:
        """People, grants and settings as they were when the tenant was started; secrets and ids stay."""
        users, seed, self.settings = self._first
        self.apps.reset()
        self.journal.clear()
        self._start_again(users, seed)

    def generate(self, users: int, seed: int | None = None) -> None:
        """Replace everybody by `users` people."""
        self._start_again(users, self.directory.population.seed if seed is None else seed)

    def as_of_now(self) -> "Tenant":
        """The same tenant for readers, with the people as they are at this moment, whatever is changed later."""
        lagging = copy.copy(self)
        lagging.directory = self.directory.as_of_now()
        lagging.delta = LaggingDelta(lagging.directory)
        lagging.group_delta = LaggingGroupDelta(lagging.directory)
        return lagging

    def expire_delta_tokens(self) -> None:
        """From now on every delta link given out before answers 410."""
        self.directory.expire_tokens()
        self.ledger.begin_again()

    def close(self) -> None:
        """Stop keeping changes."""
        self.ledger.close()

    def _start_again(self, users: int, seed: int) -> None:
        self.directory.start_again(users, seed)
        self.ledger.begin_again()

    def people(self) -> Json:
        """The members of the cast by their keys: object id, user principal name, display name."""
        found = {}
        for key in BY_KEY:
            user = self.directory.population.make(NUMBER[key])
            found[key] = {"id": user.id, "upn": user.upn, "name": user.properties["displayName"]}
        return found

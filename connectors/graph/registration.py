"""Where an app registration signs in and which Graph it talks to."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Endpoints:
    """The two hosts of a cloud (https://learn.microsoft.com/graph/deployments). Tokens of one are no good in another.

    `resource` is what a token is asked for; it stays the cloud's own when a test tenant answers at another address.
    """

    authority: str
    graph: str
    resource: str
    # True for Microsoft's own hosts: MSAL then verifies the authority against its list of known clouds.
    known: bool = True

    @property
    def scope(self) -> str:
        """The one scope a client-credentials request may name."""
        return f"{self.resource}/.default"


def _cloud(authority: str, resource: str) -> Endpoints:
    return Endpoints(authority, f"{resource}/v1.0", resource)


CLOUDS = {
    "global": _cloud("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "us_gov": _cloud("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    "us_dod": _cloud("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    "china": _cloud("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
}


@dataclass(frozen=True)
class Registration:
    """An app registration as the client needs it. The secret is asked for at the moment it is used.

    With a `certificate` (PEM, public) it signs in with that, and the secret is its private key in PEM.
    """

    tenant_id: str
    client_id: str
    secret: Callable[[], str] = field(repr=False)
    endpoints: Endpoints = CLOUDS["global"]
    ca_bundle: str = ""
    proxy: str = ""
    # Multiplies how long is waited for an answer; less than 1 only beside a demo tenant.
    pace: float = 1.0
    certificate: str = ""

    @property
    def authority(self) -> str:
        return f"{self.endpoints.authority}/{self.tenant_id}"

    def cache_key(self) -> str:
        """Differs whenever anything differs that a token depends on, the secret included. Not reversible."""
        place = (self.authority, self.endpoints.graph, self.client_id, self.ca_bundle, self.proxy)
        parts = (*place, self.certificate, self.secret())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def client_credential(self) -> str | dict[str, str]:
        """What MSAL signs in with; of a certificate alone it takes the SHA-256 thumbprint, and signs with PS256."""
        if not self.certificate:
            return self.secret()
        return {"private_key": self.secret(), "public_certificate": self.certificate}

"""The demo tenant's process as the supervisor sees it: how to start it, and when it is ready."""

import json
import socket
from pathlib import Path
from typing import Any

from . import places, product


class Tenant:
    """The demo tenant that keeps its files in `directory`."""

    def __init__(self, directory: Path, *, control: bool = False) -> None:
        self.directory = directory
        self.control = control
        self.file = directory / "tenant.json"

    def command(self) -> list[str]:
        """How to start it: on the port of last time if that is free, so that a restart changes no settings."""
        last = str(self.described().get("graph_url", "")).removesuffix("/v1.0").rpartition(":")[2]
        port = product.free_port(int(last)) if last.isdigit() else _any_port()
        places.make_private(self.directory)
        self.file.unlink(missing_ok=True)
        return product.demo_tenant(self.directory, port=port, control=self.control)

    def is_ready(self) -> bool:
        """Whether it has written down where it listens."""
        return bool(self.described())

    def described(self) -> dict[str, Any]:
        """What it says of itself: addresses, CA file, app registrations. Empty before it is ready."""
        try:
            described = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return {}
        return described if isinstance(described, dict) else {}

    def settings(self) -> dict[str, str]:
        """The public settings that send the product to it."""
        described = self.described()
        sign_in = described["apps"]["sign_in"]
        return {
            "MICROSOFT_SIGN_IN_TENANT": described["tenant_id"],
            "MICROSOFT_SIGN_IN_CLIENT_ID": sign_in["client_id"],
            "MICROSOFT_SIGN_IN_CLIENT_SECRET": sign_in["client_secret"],
            "ENTRA_AUTHORITY_URL": described["authority_url"],
            "GRAPH_URL": described["graph_url"],
            "ENTRA_CA_BUNDLE": described["ca_bundle"],
        }


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((product.HOST, 0))
        port: int = probe.getsockname()[1]
        return port

"""The bare loop that a synchronisation is compared with: reads all pages of people, and keeps nothing."""

import os
import time
from typing import Any

import requests

from connectors.models import Connector
from connectors.sync.people_stream import FIRST_LINK, HEADERS

SCOPE = "https://graph.microsoft.com/.default"


def main() -> dict[str, Any]:
    """Read everybody once; returns how many and the seconds."""
    session = requests.Session()
    session.trust_env = False
    session.verify = os.environ["ENTRA_CA_BUNDLE"]
    session.headers.update(HEADERS, Authorization=f"Bearer {_token(session)}")
    rows, url = 0, os.environ["GRAPH_URL"] + FIRST_LINK
    started = time.perf_counter()
    while url:
        page = session.get(url, timeout=60).json()
        rows += len(page["value"])
        url = page.get("@odata.nextLink", "")
    return {"rows": rows, "seconds": time.perf_counter() - started}


def _token(session: requests.Session) -> str:
    credential = Connector.objects.get().sync_credential
    answer = session.post(
        f"{os.environ['ENTRA_AUTHORITY_URL']}/{credential.tenant_id}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": str(credential.client_id),
            "client_secret": credential.client_secret.reveal(),
            "scope": SCOPE,
        },
        timeout=30,
    )
    return str(answer.json()["access_token"])

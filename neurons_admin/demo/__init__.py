"""The demo tenant: a simulated Microsoft Entra tenant in a process of its own, over real TLS on loopback.

It knows nothing of Django and nothing of the product; the two meet only over HTTPS, through the same public settings
that an operator would use (ENTRA_AUTHORITY_URL, GRAPH_URL, ENTRA_CA_BUNDLE).
"""

import os

if os.environ.get("DEMO_TENANT") != "1":
    raise ImportError(
        "The demo tenant is for demonstrations and tests only; it needs DEMO_TENANT=1 in the environment."
    )

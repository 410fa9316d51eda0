"""How tenants are reached, and what was read of them."""

from connectors.gates import Gate

from .connector import STREAMS, Connector
from .syncs import GraphCall, SyncCall, SyncRun, SyncRunQuerySet

__all__ = ["STREAMS", "Connector", "Gate", "GraphCall", "SyncCall", "SyncRun", "SyncRunQuerySet"]

"""Microsoft Graph and MSAL: plain Python on `requests` and `msal`, no Django.

Everything that talks to Microsoft goes through here: one function turns an HTTP exchange into JSON or into an error
that is named by what the caller should do next, and every exchange yields a `Call` for the caller to store.
"""

from .calls import Call
from .client import Graph, Reader, open_graph, open_reader
from .errors import (
    Busy,
    CredentialMissing,
    CredentialRefused,
    GraphError,
    NotThere,
    OutcomeUnknown,
    Refused,
    StartOver,
    TryLater,
    WriteForbidden,
)
from .reads import (
    GROUP_PROPERTIES,
    UNKNOWN_ROLE,
    USER_PROPERTIES,
    read_group,
    read_groups_of,
    read_manager,
    read_standing,
    read_user,
    read_user_or_deleted,
    removal_in,
)
from .registration import CLOUDS, Endpoints, Registration
from .tokens import Grant, forget, renew, sign_in_afresh

__all__ = [
    "CLOUDS",
    "GROUP_PROPERTIES",
    "UNKNOWN_ROLE",
    "USER_PROPERTIES",
    "Busy",
    "Call",
    "CredentialMissing",
    "CredentialRefused",
    "Endpoints",
    "Grant",
    "Graph",
    "GraphError",
    "NotThere",
    "OutcomeUnknown",
    "Reader",
    "Refused",
    "Registration",
    "StartOver",
    "TryLater",
    "WriteForbidden",
    "forget",
    "open_graph",
    "open_reader",
    "read_group",
    "read_groups_of",
    "read_manager",
    "read_standing",
    "read_user",
    "read_user_or_deleted",
    "removal_in",
    "renew",
    "sign_in_afresh",
]

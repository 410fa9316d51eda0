"""References to other objects in the body of a request: `{"@odata.id": "https://.../users/{object id}"}`."""

import re
from typing import Any

from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.odata import bad_request, not_found
from neurons_admin.demo.people import User

_PATH = re.compile(r"/(?:directoryObjects|users)/([^/?#]+)/?", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def referenced_user(call: Call, reference: Any) -> User:
    """The live user that an address below this Graph's root names by object id: 400 for any other, 404 for nobody."""
    user_id = _object_id(call, reference)
    user = call.tenant.directory.user(user_id)
    if user is None:
        raise not_found(user_id)
    return user


def _object_id(call: Call, reference: Any) -> str:
    root = call.tenant.graph_url
    match = None
    if isinstance(reference, str) and reference.lower().startswith(root.lower()):
        match = _PATH.fullmatch(reference[len(root) :])
    if match is None:
        raise bad_request("Invalid URL format specified in the @odata.id or @odata.bind of the request payload.")
    if _GUID.fullmatch(match[1]) is None:
        raise bad_request(f"Invalid object identifier '{match[1]}'.")
    return match[1].lower()

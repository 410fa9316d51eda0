"""Entra's ids, as people paste them."""

import re
import uuid

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_AROUND = " \t\r\n{}()\"'"


def as_guid(text: str) -> uuid.UUID | None:
    """A GUID as people paste it, with braces, quotes and spaces around it; None if it is none."""
    bare = text.strip(_AROUND)
    return uuid.UUID(bare) if _GUID.fullmatch(bare) else None

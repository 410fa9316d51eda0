"""One example of an action, with the directory's state before it and after it, as the action reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.actions import Action, Target

OBJECT_ID = "0f0e0d0c-1111-2222-3333-444455556666"
PERSON = Target(OBJECT_ID, "Adele Vance", "adele@contoso.example", enabled=True, synced=False, guest=False)
SENT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
EARLIER = "2026-02-01T00:00:00Z"
LATER = "2026-03-01T12:00:01Z"


@dataclass(frozen=True)
class Sample:
    """`answer` is what Graph says to the call, for the few actions that learn something from it."""

    action: Action
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    target: Target = PERSON
    answer: Mapping[str, Any] | None = None

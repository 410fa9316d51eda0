"""People and their accounts; runs and what they leave behind; whether all is well."""

from .person import Account, Person
from .run import ActionRun, SealedPassword
from .trail import ActionCall, RunEvent
from .watch import Incarnation, Pulse

__all__ = ["Account", "ActionCall", "ActionRun", "Incarnation", "Person", "Pulse", "RunEvent", "SealedPassword"]

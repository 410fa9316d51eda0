"""People and their accounts; runs and what they leave behind."""

from .person import Account, Person
from .run import ActionCall, ActionRun, RunEvent, SealedPassword

__all__ = ["Account", "ActionCall", "ActionRun", "Person", "RunEvent", "SealedPassword"]

"""People and their accounts, what they belong to; runs and what they leave behind; whether all is well."""

from .approval import Approval, ApprovalRule
from .directory import Device, Group, Licence, Membership, counted
from .match import Match
from .person import Account, Person
from .run import ActionRun, SealedPassword
from .trail import ActionCall, RunEvent
from .watch import Incarnation, Pulse

__all__ = [
    "Account",
    "ActionCall",
    "ActionRun",
    "Approval",
    "ApprovalRule",
    "Device",
    "Group",
    "Incarnation",
    "Licence",
    "Match",
    "Membership",
    "Person",
    "Pulse",
    "RunEvent",
    "SealedPassword",
    "counted",
]

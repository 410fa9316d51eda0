"""What the shared fragments take, where a view has no model that fits: plain data, made by the view.

The fragments only read attributes, so a model with the same names will do as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

StepState = Literal["done", "running", "waiting", "failed", "unknown", "skipped"]


@dataclass(frozen=True)
class Entry:
    """One entry of a menu. With a `reason` it cannot be chosen; `cure` says what helps, `cure_url` leads there."""

    label: str
    url: str = ""
    icon: str = ""
    key: str = ""
    is_dangerous: bool = False
    in_dialog: bool = True
    reason: str = ""
    cure: str = ""
    cure_url: str = ""


@dataclass(frozen=True)
class Group:
    """Entries of a menu under one heading."""

    label: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Tab:
    """One of the tabs below a page's header."""

    label: str
    url: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Change:
    """A value as it is or was, and as it will be or has become."""

    label: str
    before: object
    after: object


@dataclass(frozen=True)
class Call:
    """One exchange with Microsoft Graph. `status` is None where no answer came."""

    method: str
    path: str
    status: int | None
    request_id: str = ""
    milliseconds: int | None = None


@dataclass(frozen=True)
class Step:
    """One step of a run's story."""

    label: str
    state: StepState
    at: datetime | None = None
    text: str = ""
    calls: Sequence[Call] = ()

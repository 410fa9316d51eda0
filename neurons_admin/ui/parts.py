"""What the shared fragments take, where a view has no model that fits: plain data, made by the view.

The fragments only read attributes, so a model with the same names will do as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

StepState = Literal["done", "running", "waiting", "failed", "unknown", "skipped"]
MANY_CALLS = 3


@dataclass(frozen=True)
class Entry:
    """One entry of a menu. With a `reason` it cannot be chosen; `cure` says what helps, `cure_url` leads there.

    `doubt` says why nobody can know whether it will work; it can be chosen all the same.
    """

    label: str
    url: str = ""
    icon: str = ""
    key: str = ""
    is_dangerous: bool = False
    in_dialog: bool = True
    reason: str = ""
    cure: str = ""
    cure_url: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Group:
    """Entries of a menu under one heading; `note` is the one reason why none of them works, in place of each one's."""

    label: str
    entries: Sequence[Entry]
    note: str = ""


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
class Compared:
    """A value as it was, as it became, and as it is now; `has_drifted` when somebody has changed it since."""

    label: str
    before: object
    after: object
    now: object
    has_drifted: bool = False


@dataclass(frozen=True)
class Call:
    """One exchange with Microsoft Graph. `status` is None where no answer came; `outcome` is the status in words."""

    method: str
    path: str
    status: int | None
    request_id: str = ""
    milliseconds: int | None = None
    client_request_id: str = ""
    at: datetime | None = None
    outcome: str = ""
    # Nothing can have come of it, answered or not: it only read, or never left this machine.
    is_harmless: bool = False


@dataclass(frozen=True)
class Step:
    """One step of a run's story."""

    label: str
    state: StepState
    at: datetime | None = None
    text: str = ""
    calls: Sequence[Call] = ()

    @property
    def earlier_calls(self) -> Sequence[Call]:
        """Those that can be folded away: all but the last two, where there are many."""
        return self.calls[:-2] if len(self.calls) > MANY_CALLS else ()

    @property
    def latest_calls(self) -> Sequence[Call]:
        """Those that are always shown."""
        return self.calls[len(self.earlier_calls) :]


@dataclass(frozen=True)
class Link:
    """Where something can be done or read, in words. `is_elsewhere` leads out of this product."""

    words: str
    url: str

    @property
    def is_elsewhere(self) -> bool:
        """Whether the address is another site's."""
        return "://" in self.url


@dataclass(frozen=True)
class Advice:
    """How something stands: what happened, what of it was and was not changed, probable causes, what to do next.

    `causes` begin with the likeliest. `times` are words with a moment: when something will go on, or ends.
    """

    tone: str
    title: str
    happened: str = ""
    changed: str = ""
    causes: Sequence[str] = ()
    todo: str = ""
    links: Sequence[Link] = ()
    times: Sequence[tuple[str, datetime]] = ()


@dataclass(frozen=True)
class Choice:
    """One of the things that somebody can decide, as a button that is sent, with a sentence on what it does."""

    url: str
    verb: str
    sentence: str
    name: str = ""
    value: str = ""
    is_main: bool = False


@dataclass(frozen=True)
class Need:
    """What needs a person: `title` names it (with its count, where it is several), `text` is one line on it."""

    tone: str
    title: str
    text: str
    url: str
    # How many things it stands for.
    count: int = 1

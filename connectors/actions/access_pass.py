"""A temporary access pass.

https://learn.microsoft.com/graph/api/authentication-post-temporaryaccesspassmethods
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from connectors.graph import Reader, read_user
from connectors.graph.methods import read_access_passes

from .base import Action, Need, Write, moved_since
from .forms import ActionForm
from .permissions import ACCESS_PASS, METHODS_WRITE, READING, USER_READ
from .target import State, Target

SHORTEST = 10
LONGEST = 1440
MADE, MINUTES, ONCE = "accessPassMade", "accessPassMinutes", "accessPassOnce"


class AccessPassForm(ActionForm):
    """For how long it works, and whether once only."""

    minutes = forms.IntegerField(
        label="Works for so many minutes",
        min_value=SHORTEST,
        max_value=LONGEST,
        initial=60,
        help_text=f"From {SHORTEST} to {LONGEST}. The tenant's policy may allow less.",
    )
    once = forms.BooleanField(
        label="Works only once",
        required=False,
        initial=True,
        help_text="The tenant's policy may demand this.",
    )


@dataclass(frozen=True)
class TemporaryAccessPass(Action):
    """Makes a pass. Graph tells it in the answer to the call and never again, so a lost answer means making another."""

    minutes: int = 60
    once: bool = True

    key = "temporary_access_pass"
    label = "Temporary access pass"
    verb = "Make access pass"
    group = "Sign-in"
    sentence = (
        "{name} can sign in with a pass that is made, in place of the password and what is asked besides it. It is"
        " shown once, to you. A pass they still have stops working."
    )
    needs = (Need(ACCESS_PASS, also=(METHODS_WRITE,)), Need(USER_READ, also=READING))
    off_by_default = True
    optional = True
    reads = (MADE, MINUTES, ONCE)
    conflict_class = "access_pass"
    sensitive = True
    secret_name = "temporary access pass"  # noqa: S105 - a name
    form = AccessPassForm
    icon = "ticket"

    @classmethod
    def refusal(cls, target: Target) -> str:
        return "A guest signs in at their home organisation, which alone can give them a pass." if target.guest else ""

    def read(self, graph: Reader, target: Target) -> dict[str, Any]:
        state = read_user(graph, target.object_id)
        return {**state, "temporaryAccessPassMethods": read_access_passes(graph, target.object_id)}

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        path = f"/users/{target.object_id}/authentication/temporaryAccessPassMethods"
        return Write("POST", path, {"lifetimeInMinutes": self.minutes, "isUsableOnce": self.once})

    def observed(self, state: State, before: State, sent_at: datetime) -> bool:
        return moved_since(MADE, self.snapshot(state), before, sent_at)

    def snapshot(self, state: State) -> dict[str, Any]:
        """The one pass that somebody can have, without the pass itself."""
        passes = state.get("temporaryAccessPassMethods") or [{}]
        latest = max(passes, key=lambda each: each.get("createdDateTime") or "")
        names = {MADE: "createdDateTime", MINUTES: "lifetimeInMinutes", ONCE: "isUsableOnce"}
        return {name: latest.get(theirs) for name, theirs in names.items()}

    def done(self, target: Target) -> str:
        return f"{target.name} has a temporary access pass. It works for {self._length}."

    def done_unheard(self, target: Target) -> str:
        return (
            f"{target.name} has a temporary access pass that nobody knows: the answer that held it was lost. Make"
            " another, which takes its place."
        )

    def secret_in(self, answer: Mapping[str, Any]) -> str:
        return str(answer.get("temporaryAccessPass") or "")

    def labels(self) -> dict[str, str]:
        return {MADE: "Pass made", MINUTES: "Works for minutes", ONCE: "Works only once"}

    @property
    def _length(self) -> str:
        return f"{self.minutes} minutes{', once' if self.once else ''}"

"""Actions that set properties of a user: https://learn.microsoft.com/graph/api/user-update."""

from dataclasses import dataclass
from typing import Any

from .base import Action, Write
from .target import State, Target


@dataclass(frozen=True)
class PropertyChange(Action):
    """Sets what `wanted` says, in one PATCH that Graph carries out as a whole or not at all."""

    repeatable = True

    def wanted(self) -> dict[str, Any]:
        """Property by property, the values that it sends."""
        raise NotImplementedError

    def is_so(self, state: State) -> bool:
        return all(state.get(name) == value for name, value in self.wanted().items())

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        return Write("PATCH", f"/users/{target.object_id}", self.wanted())

    def then(self, state: State) -> State:
        return {**state, **self.wanted()}

    def snapshot(self, state: State) -> dict[str, Any]:
        return {name: state.get(name) for name in self.wanted()}

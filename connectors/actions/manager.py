"""Set and remove somebody's manager: https://learn.microsoft.com/graph/api/user-post-manager, user-delete-manager."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from django import forms

from connectors.graph import GraphError, Reader, read_manager, read_user

from .base import Action, Need, Order, Write, gone_is_done
from .directory import PersonFacts
from .fields import PickField, PickingForm
from .forms import ActionForm
from .permissions import DIRECTORY_READ_WRITE, USER_READ_WRITE
from .target import State, Target

# Nobody has more managers above them; what is longer is taken for a circle that was there before.
_HIGHEST = 50


def _present_field() -> forms.CharField:
    return forms.CharField(label="Manager now", disabled=True)


def _present_name(form: ActionForm) -> str:
    """Who the manager is, as far as the local copy knows."""
    object_id = _id_in(form.target.state)
    if not object_id:
        return "Nobody"
    return next((person.name for person in form.directory.people([object_id])), f"Not known here ({object_id})")


class SetManagerForm(PickingForm):
    """The people of the same directory, without the person and whoever reports to them."""

    present = _present_field()
    manager = PickField(kind="people", label="Manager")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["present"].initial = _present_name(self)
        self._above: dict[str, str] = {}

    def why_not(self, name: str, found: PersonFacts) -> str:
        if found.object_id == self.target.object_id:
            return "Nobody is their own manager."
        if found.object_id == _id_in(self.target.state):
            return "Is the manager already."
        if self._reports_to_target(found):
            return f"Reports to {self.target.name}, directly or through others: that would be a circle."
        return ""

    def _reports_to_target(self, found: PersonFacts) -> bool:
        self._above[found.object_id] = found.manager_id
        above = found.manager_id
        for _ in range(_HIGHEST):
            if above in ("", self.target.object_id):
                break
            above = self._manager_of(above)
        return above == self.target.object_id

    def _manager_of(self, object_id: str) -> str:
        if object_id not in self._above:
            known = self.directory.people([object_id])
            self._above[object_id] = known[0].manager_id if known else ""
        return self._above[object_id]


class RemoveManagerForm(ActionForm):
    """Says who it is."""

    present = _present_field()

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["present"].initial = _present_name(self)


@dataclass(frozen=True)
class _ManagerAction(Action):
    """What setting and removing share: what they need, read and keep."""

    group = "Profile"
    needs = (Need(USER_READ_WRITE, also=(DIRECTORY_READ_WRITE,)),)
    mastered_on_premises = True
    reads = ("manager",)
    conflict_class = "manager"
    repeatable = True

    @classmethod
    def refusal(cls, target: Target) -> str:
        if target.synced:
            return "This account is synchronised from on-premises Active Directory. Change the manager there."
        return ""

    def read(self, graph: Reader, target: Target) -> dict[str, Any]:
        state = read_user(graph, target.object_id)
        return {**state, "manager": read_manager(graph, target.object_id)}

    def snapshot(self, state: State) -> dict[str, Any]:
        manager = state.get("manager") or {}
        return {"manager": _id_in(state) or None, "managerName": manager.get("displayName")}

    def inverse(self, before: State) -> Action | None:
        if "manager" not in before:
            return None
        if before["manager"] is None:
            return RemoveManager()
        return SetManager(before["manager"], before.get("managerName") or "")

    def labels(self) -> dict[str, str]:
        return {"manager": "Manager’s object ID", "managerName": "Manager"}


@dataclass(frozen=True)
class SetManager(_ManagerAction):
    """Puts one person in place of whoever is the manager. `manager_name` is what the local copy called them."""

    manager_id: str
    manager_name: str = ""

    key = "set_manager"
    label = "Set manager"
    verb = "Set manager"
    sentence = "{name} will report to whom you choose. Approvals and the organisation chart follow."
    undo = "With the manager there was before, or with “Remove manager”."
    form = SetManagerForm
    icon = "user-plus"
    shortcut = "m"

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        manager = cast(SetManagerForm, form).picked("manager")[0]
        return [Order(cls(manager.object_id, manager.name))]

    @property
    def title(self) -> str:
        return f"Set manager to {self.manager_name}" if self.manager_name else self.label

    def is_so(self, state: State) -> bool:
        return _id_in(state) == self.manager_id.lower()

    def objection(self, target: Target, state: State) -> str:
        return "Nobody can be their own manager." if self.manager_id.lower() == target.object_id.lower() else ""

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        return Write("PUT", f"/users/{target.object_id}/manager/$ref", refers_to=f"/users/{self.manager_id}")

    def then(self, state: State) -> State:
        return {**state, "manager": {"id": self.manager_id, "displayName": self.manager_name}}

    def done(self, target: Target) -> str:
        return f"{target.name} has {self.manager_name or 'the one chosen'} as manager."


@dataclass(frozen=True)
class RemoveManager(_ManagerAction):
    """Leaves a person without a manager."""

    key = "remove_manager"
    label = "Remove manager"
    verb = "Remove manager"
    sentence = "{name} will have no manager. Approvals that go to the manager have nobody to go to."
    undo = "With “Set manager” and whoever it was."
    form = RemoveManagerForm
    icon = "user-minus"

    @classmethod
    def needless(cls, target: Target) -> str:
        return "" if _id_in(target.state) else "There is no manager, as far as is known here."

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        return [Order(cls())]

    def is_so(self, state: State) -> bool:
        return "manager" in state and state["manager"] is None

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        return Write("DELETE", f"/users/{target.object_id}/manager/$ref")

    def heard(self, exc: GraphError) -> Literal["", "already", "later"]:
        """Without a manager there is nothing to remove: 404, as for a person who is not there."""
        return gone_is_done(exc)

    def then(self, state: State) -> State:
        return {**state, "manager": None}

    def done(self, target: Target) -> str:
        return f"{target.name} has no manager."


def _id_in(state: State) -> str:
    """The manager's object ID, in lower case; empty for nobody."""
    return str((state.get("manager") or {}).get("id") or "").lower()

"""Add to and remove from groups: https://learn.microsoft.com/graph/api/group-post-members, group-delete-members."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, cast
from uuid import UUID

from connectors.graph import GraphError, NotThere, Reader, read_group, read_groups_of, read_user

from .base import Action, Need, Order, Write, gone_is_done
from .choices import OfferedField, choosable_first
from .directory import GroupFacts
from .fields import PickField, PickingForm, PickOption, second_line
from .forms import ActionForm
from .groups import GONE, facts_of, group_refusal, is_in
from .licence_names import names_of
from .licensing import handed_down_by
from .permissions import DIRECTORY_READ, DIRECTORY_READ_WRITE, GROUP_MEMBERS, GROUP_READ_WRITE, ROLE_WRITE
from .target import State, Target

# These refusals differ by their words only.
_ALREADY = "references already exist"
_NOT_YET = "objects being referenced don't exist"

FOR_THE_TRUSTED = "It can have directory roles: only who may act on protected people adds somebody."


class AddToGroupForm(PickingForm):
    """Groups of the account's directory, found by name."""

    group_ids = PickField(
        kind="groups",
        many=True,
        label="Groups",
        help_text="What was last read of the directory. Each group becomes a run of its own.",
    )

    def why_not(self, name: str, found: GroupFacts) -> str:
        if found.object_id in self._mine:
            return "Is a member already."
        refusal = group_refusal(found, self.directory.granted())
        return FOR_THE_TRUSTED if not refusal and found.role_assignable and not self._may_empower else refusal

    @cached_property
    def _may_empower(self) -> bool:
        return self.directory.may_empower()

    @cached_property
    def _mine(self) -> set[str]:
        return {group.object_id for group in self.directory.groups_of(self.target.object_id)}


class RemoveFromGroupForm(ActionForm):
    """The groups that the person is in, as far as the local copy knows."""

    group_ids = OfferedField(
        label="Groups",
        help_text="Those that the person is in directly, as last read. Each one becomes a run of its own.",
        error_messages={"required": "Choose a group."},
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.groups = {group.object_id: group for group in self.directory.groups_of(self.target.object_id)}
        granted, names = self.directory.granted(), names_of(self.directory.licences())
        field = cast("OfferedField", self.fields["group_ids"])
        options = (self._option(group, granted, names) for group in self.groups.values())
        field.offer(sorted(options, key=choosable_first))
        if not self.groups:
            field.help_text = "No group is known that the person is in directly."

    def _option(self, group: GroupFacts, granted: frozenset[str] | None, names: dict[str, str]) -> PickOption:
        lost = [names.get(sku, sku) for sku in handed_down_by(self.target.state, group.object_id)]
        second = second_line(group) + (f". The licence goes with it: {', '.join(lost)}" if lost else "")
        return PickOption(group.object_id, group.name, second, group_refusal(group, granted))


@dataclass(frozen=True)
class _GroupAction(Action):
    """What adding and removing share. `group_name` is what the local copy called the group."""

    group_id: str
    group_name: str = ""

    group = "Access"
    needs = (
        Need(GROUP_MEMBERS, also=(GROUP_READ_WRITE, DIRECTORY_READ_WRITE)),
        Need(DIRECTORY_READ, also=(DIRECTORY_READ_WRITE,)),
    )
    on_the_account = False
    reads = ("memberOf",)
    conflict_class = "group:"
    # Of two the second is refused, as there is nothing to do: that is an answer to be glad of.
    repeatable = True

    @property
    def title(self) -> str:
        return f"{self.label}: {self.group_name or self.group_id}"

    @property
    def conflicts(self) -> str:
        return f"{self.conflict_class}{UUID(self.group_id).hex}"

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        known = {group.object_id: group for group in form.directory.groups(form.cleaned_data["group_ids"])}
        return [Order(cls(each, known[each].name)) for each in form.cleaned_data["group_ids"] if each in known]

    def read(self, graph: Reader, target: Target) -> dict[str, Any]:
        state = read_user(graph, target.object_id)
        groups = read_groups_of(graph, target.object_id)
        return {**state, "memberOf": groups, "group": _group_or_none(graph, self.group_id)}

    def needs_for(self, state: State) -> tuple[Need, ...]:
        role_assignable = (state.get("group") or {}).get("isAssignableToRole") is True
        return (*self.needs, Need(ROLE_WRITE)) if role_assignable else self.needs

    def objection(self, target: Target, state: State) -> str:
        if "group" not in state:
            return ""
        return GONE if state["group"] is None else self._named(group_refusal(facts_of(state["group"])))

    def _named(self, reason: str) -> str:
        return f"“{self.group_name}” cannot be changed here. {reason}" if reason else ""

    def snapshot(self, state: State) -> dict[str, Any]:
        return {"member": is_in(state, self.group_id)}

    def labels(self) -> dict[str, str]:
        return {"member": f"Member of “{self.group_name or self.group_id}”"}


@dataclass(frozen=True)
class AddToGroup(_GroupAction):
    """Makes somebody a direct member of one group."""

    key = "add_to_group"
    label = "Add to group"
    verb = "Add to group"
    sentence = (
        "{name} becomes a member of each group chosen. Access that depends on a group follows after minutes or hours;"
        " some rules take up to a day."
    )
    undo = "With “Remove from group”, group by group."
    form = AddToGroupForm
    shortcut = "g"
    icon = "user-plus"

    def empowers(self, state: State) -> str:
        gives_roles = (state.get("group") or {}).get("isAssignableToRole") is True
        return f"“{self.group_name}” can have directory roles, which whoever is in it has, too." if gives_roles else ""

    def is_so(self, state: State) -> bool:
        return is_in(state, self.group_id) is True

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        path = f"/groups/{self.group_id}/members/$ref"
        return Write("POST", path, refers_to=f"/directoryObjects/{target.object_id}")

    def heard(self, exc: GraphError) -> Literal["", "already", "later"]:
        words = exc.detail.lower()
        if exc.status != 400:
            return ""
        return "already" if _ALREADY in words else "later" if _NOT_YET in words else ""

    def then(self, state: State) -> State:
        added = state.get("group") or {"id": self.group_id}
        return {**state, "memberOf": [*_others(state, self.group_id), added]}

    def inverse(self, before: State) -> Action | None:
        return RemoveFromGroup(self.group_id, self.group_name) if before.get("member") is False else None

    def done(self, target: Target) -> str:
        return f"{target.name} is a member of “{self.group_name or self.group_id}”. Access follows after a while."


@dataclass(frozen=True)
class RemoveFromGroup(_GroupAction):
    """Ends one direct membership. Never without `/$ref` at the end: Graph would delete the person."""

    key = "remove_from_group"
    label = "Remove from group"
    verb = "Remove from group"
    sentence = (
        "{name} loses what each group chosen gives: access, and licences that come from nowhere else. Programs already"
        " open may go on for some hours."
    )
    undo = "With “Add to group”, group by group. What was lost with a licence may take time to come back."
    form = RemoveFromGroupForm
    icon = "user-minus"

    def is_so(self, state: State) -> bool:
        return is_in(state, self.group_id) is False and state.get("group") is not None

    def observed(self, state: State, before: State, sent_at: Any) -> bool:
        return is_in(state, self.group_id) is False

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        return Write("DELETE", f"/groups/{self.group_id}/members/{target.object_id}/$ref")

    def heard(self, exc: GraphError) -> Literal["", "already", "later"]:
        return gone_is_done(exc)

    def then(self, state: State) -> State:
        return {**state, "memberOf": _others(state, self.group_id)}

    def inverse(self, before: State) -> Action | None:
        return AddToGroup(self.group_id, self.group_name) if before.get("member") is True else None

    def done(self, target: Target) -> str:
        return f"{target.name} is no longer a member of “{self.group_name or self.group_id}”."


def _group_or_none(graph: Reader, group_id: str) -> dict[str, Any] | None:
    """A group that is gone is no missing person."""
    try:
        return read_group(graph, group_id)
    except NotThere:
        return None


def _others(state: State, group_id: str) -> list[Any]:
    return [group for group in state.get("memberOf") or () if str(group.get("id")).lower() != group_id.lower()]

"""Remove a sign-in method, through the collection of its kind: the one of all kinds is closed to applications.

https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview
"""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from django import forms

from connectors.graph import GraphError, Reader, read_user
from connectors.graph.methods import Method, methods_in, read_methods

from .base import Action, Need, Order, Write, gone_is_done
from .directory import Directory
from .forms import ActionForm
from .permissions import METHODS_WRITE, READING, USER_READ
from .target import State, Target

METHODS = "authenticationMethods"


class RemoveMethodForm(ActionForm):
    """What is registered at this moment. `live` is a list of Method."""

    method = forms.ChoiceField(
        label="Registered, besides the password",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose the one to remove.",
            "invalid_choice": "This one is no longer registered. Choose again.",
        },
    )

    def __init__(
        self, data: Any = None, *, target: Target, directory: Directory, live: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(data, target=target, directory=directory, live=live, **kwargs)
        methods: list[Method] = live or []
        self.removable = {each.method_id: each for each in methods if each.collection}
        field = self.fields["method"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(each.method_id, each.name) for each in self.removable.values()]
        field.help_text = _help(methods)


def _help(methods: list[Method]) -> str:
    if not methods:
        return "Nothing is registered besides the password: there is nothing to remove."
    others = [each.name for each in methods if not each.collection]
    if others:
        return f"Also registered, and to be removed in Entra: {', '.join(others)}."
    return "The default one can be removed only when it is the last."


@dataclass(frozen=True)
class RemoveSignInMethod(Action):
    """Takes one method away. `name` is what people call it."""

    collection: str
    method_id: str
    name: str

    key = "remove_sign_in_method"
    label = "Remove sign-in method"
    verb = "Remove method"
    group = "Sign-in"
    sentence = (
        "{name} can no longer sign in with the method chosen, and has to register it again to have it back. Sessions"
        " that are open stay open."
    )
    needs = (Need(METHODS_WRITE), Need(USER_READ, also=READING))
    off_by_default = True
    optional = True
    reads = (METHODS,)
    conflict_class = "sign_in_method"
    repeatable = True
    sensitive = True
    danger = True
    looks_up = True
    form = RemoveMethodForm
    icon = "device-phone-mobile"

    @classmethod
    def look_up(cls, graph: Reader, target: Target) -> list[Method]:
        return methods_in(read_methods(graph, target.object_id))

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        if not isinstance(form, RemoveMethodForm):
            raise TypeError(form)
        chosen = form.removable[form.cleaned_data["method"]]
        return [Order(cls(chosen.collection, chosen.method_id, chosen.name))]

    @property
    def title(self) -> str:
        return f"{self.label}: {self.name}"

    def read(self, graph: Reader, target: Target) -> dict[str, Any]:
        state = read_user(graph, target.object_id)
        return {**state, METHODS: read_methods(graph, target.object_id)}

    def is_so(self, state: State) -> bool:
        methods = state.get(METHODS)
        return methods is not None and all(each["id"] != self.method_id for each in methods)

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        path = f"/users/{target.object_id}/authentication/{self.collection}/{quote(self.method_id, safe='=')}"
        return Write("DELETE", path)

    def heard(self, exc: GraphError) -> Literal["", "already", "later"]:
        return gone_is_done(exc)

    def then(self, state: State) -> State:
        return {**state, METHODS: [each for each in state.get(METHODS) or () if each["id"] != self.method_id]}

    def snapshot(self, state: State) -> dict[str, Any]:
        """In an order of its own: Graph promises none."""
        methods = state.get(METHODS)
        return {METHODS: None if methods is None else sorted(each.name for each in methods_in(methods))}

    def done(self, target: Target) -> str:
        return f"{target.name} can no longer sign in with {self.name}."

    def labels(self) -> dict[str, str]:
        return {METHODS: "Registered, besides the password"}

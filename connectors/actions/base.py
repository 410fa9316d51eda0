"""What an action is. It declares; the runner in `people` carries out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.dateparse import parse_datetime

State = Mapping[str, Any]

# Graph's clock and ours may differ: a time this much before the call still counts as "since the call".
CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Target:
    """The account an action is for, as far as actions care. `synced` means mastered in on-premises Active Directory."""

    object_id: str
    name: str
    sign_in_name: str
    enabled: bool | None
    synced: bool
    guest: bool


@dataclass(frozen=True)
class Need:
    """One application permission that is needed: `least` is the least privileged that does, `also` do as well."""

    least: str
    also: tuple[str, ...] = ()

    def met_by(self, granted: set[str]) -> bool:
        return self.least in granted or not granted.isdisjoint(self.also)


@dataclass(frozen=True)
class Write:
    """One change in Microsoft Graph: a method, a path below the Graph root, a JSON body."""

    method: str
    path: str
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Action:
    """One thing that can be done to an account. Its fields are its parameters, and its form asks for just those.

    A parameter that is secret is no field: `secret_field` names the form's field whose value is sealed apart from the
    run and handed to `write()`.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    verb: ClassVar[str]
    group: ClassVar[str]
    sentence: ClassVar[str]
    needs: ClassVar[tuple[Need, ...]]
    # Directory roles (template ids) of the application, any of which is needed besides the permissions.
    roles: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()
    # Runs of the same class for one account exclude each other while they are open.
    conflict_class: ClassVar[str]
    # Whether sending it once more, after an answer was lost, can do no harm.
    repeatable: ClassVar[bool] = False
    undo: ClassVar[str] = ""
    # Asks to type the person's name: for what cannot be undone and is bad to do to the wrong person.
    sensitive: ClassVar[bool] = False
    # Locks out or destroys: the button says so by its colour.
    danger: ClassVar[bool] = False
    secret_field: ClassVar[str] = ""
    form: ClassVar[type[forms.Form]] = forms.Form
    icon: ClassVar[str] = "bolt"
    # With Alt, on a person's page.
    shortcut: ClassVar[str] = ""
    do_not_call_in_templates: ClassVar[bool] = True

    @classmethod
    def refusal(cls, target: Target) -> str:
        """Why it cannot be done to this account whoever asks; empty when it can."""
        return ""

    @classmethod
    def needless(cls, target: Target) -> str:
        """Why there is nothing to do, as far as the local copy knows; empty when there is."""
        return ""

    @classmethod
    def make_secret(cls) -> str:
        """A fresh secret value, for an action that has a `secret_field` which was left empty."""
        raise NotImplementedError

    @classmethod
    def preview(cls, target: Target) -> list[tuple[str, object, object]]:
        """What changes, for the dialog: label, value now (as the local copy knows it), value then."""
        return []

    def is_so(self, state: State) -> bool:
        """Whether the directory already is as this action wants it, so that nothing need be sent."""
        return False

    def write(self, target: Target, secret: str = "") -> Write:
        """The one call this action makes."""
        raise NotImplementedError

    def observed(self, state: State, before: State, sent_at: datetime) -> bool:
        """Whether the directory, as read after the call, shows the effect. A lagging read shows it later."""
        raise NotImplementedError

    def after(self) -> dict[str, Any]:
        """What the properties in `reads` will be, as far as that can be said beforehand."""
        return {}

    def done(self, target: Target) -> str:
        """What was done, in one sentence for the person who asked."""
        raise NotImplementedError

    def snapshot(self, state: State) -> dict[str, Any]:
        """The part of the directory's state that this action may change: kept before and after."""
        return {name: state.get(name) for name in self.reads}


def moved_since(name: str, state: State, before: State, sent_at: datetime) -> bool:
    """Whether a timestamp property has moved, to a time not before the call."""
    moment = moment_of(state.get(name))
    return moment is not None and moment != moment_of(before.get(name)) and moment >= sent_at - CLOCK_TOLERANCE


def moment_of(value: object) -> datetime | None:
    """A timestamp as Graph writes one; None for anything else."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None

"""What an action is. It declares; the runner in `people` carries out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, NamedTuple

from django.utils.dateparse import parse_datetime

from connectors.graph import GraphError, NotThere, Reader, read_user

from .forms import ActionForm
from .target import State, Target

# Graph's clock and ours may differ: a time this much before the call still counts as "since the call".
CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Need:
    """One application permission that is needed: `least` is the least privileged that does, `also` do as well."""

    least: str
    also: tuple[str, ...] = ()

    def met_by(self, granted: set[str]) -> bool:
        return self.least in granted or not granted.isdisjoint(self.also)


@dataclass(frozen=True)
class Write:
    """One change in Microsoft Graph: a method, a path below the Graph root, and a JSON body.

    Or, in place of the body, the path of another object that it `refers_to` (calls that end in `$ref`).
    """

    method: str
    path: str
    body: dict[str, Any] | None = None
    refers_to: str = ""


class Order(NamedTuple):
    """One run to be asked for. `follows` has it wait until the order before it is done, and fall with it."""

    action: "Action"
    secret: str = ""
    follows: bool = False


@dataclass(frozen=True)
class Action:
    """One thing that can be done to an account. Its fields are its parameters: what JSON can hold.

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
    # Which column of Microsoft's table of who may act on administrators holds for it; empty: none, anybody's will do.
    rank: ClassVar[Literal["", "sensitive", "password"]] = ""
    # Refused for role holders, break-glass accounts and the like, unless somebody who may says why.
    guarded: ClassVar[bool] = True
    # What it changes is mastered in Active Directory where the account is synchronised from there.
    mastered_on_premises: ClassVar[bool] = False
    # What becomes of it with an account that is synchronised from there, where it works all the same; a sentence.
    if_synced: ClassVar[str] = ""
    # It changes the account itself. False for what changes a group: that an account's restricted administrative unit
    # does not protect from.
    on_the_account: ClassVar[bool] = True
    # For accounts that were deleted, and only for those.
    for_deleted: ClassVar[bool] = False
    off_by_default: ClassVar[bool] = False
    # Needs permissions beyond those that the product asks for by default, and is shown as such.
    optional: ClassVar[bool] = False
    # The properties that it changes or whose change shows its effect; what is kept as before and after.
    reads: ClassVar[tuple[str, ...]] = ()
    # Runs of the same class for one account exclude each other while they are open.
    conflict_class: ClassVar[str]
    # Whether sending it once more, after an answer was lost, can do no harm.
    repeatable: ClassVar[bool] = False
    # How it is undone, in a sentence; empty for what cannot be.
    undo: ClassVar[str] = ""
    # Asks to type the person's name: for what cannot be undone and is bad to do to the wrong person.
    sensitive: ClassVar[bool] = False
    # Locks out or destroys: the button says so by its colour.
    danger: ClassVar[bool] = False
    secret_field: ClassVar[str] = ""
    # What people call the secret that it makes, or learns from Graph's answer.
    secret_name: ClassVar[str] = "password"  # noqa: S105 - a name
    # Its form shows what only the directory knows: `look_up` is asked when the dialog is opened and when it is sent.
    looks_up: ClassVar[bool] = False
    form: ClassVar[type[ActionForm]] = ActionForm
    icon: ClassVar[str] = "bolt"
    # With Alt, on a person's page.
    shortcut: ClassVar[str] = ""
    do_not_call_in_templates: ClassVar[bool] = True

    # Before anything is asked for: by what the local copy knows.

    @classmethod
    def refusal(cls, target: Target) -> str:
        """Why it cannot be done to this account whoever asks; empty when it can."""
        return ""

    @classmethod
    def needless(cls, target: Target) -> str:
        """Why there is nothing to do, as far as the local copy knows; empty when there is."""
        return ""

    @classmethod
    def preview(cls, target: Target) -> list[tuple[str, object, object]]:
        """What changes, for the dialog: label, value now (as the local copy knows it), value then."""
        return []

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        """What a valid form asks for: one run with the form's fields as parameters, unless an action says otherwise."""
        given = {name: form.cleaned_data[name] for name in cls.form.base_fields}
        secret = given.pop(cls.secret_field, "") if cls.secret_field else ""
        return [Order(cls(**given), secret)]

    @classmethod
    def make_secret(cls) -> str:
        """A fresh secret value, for an action that has a `secret_field` which was left empty."""
        raise NotImplementedError

    @classmethod
    def look_up(cls, graph: Reader, target: Target) -> Any:
        """What its form is given as `live`, for an action that `looks_up`. Raises GraphError."""
        return None

    # Of one order, with its parameters.

    @property
    def params(self) -> dict[str, Any]:
        """The parameters, as the run keeps them."""
        return asdict(self)

    @property
    def title(self) -> str:
        """What a list of runs calls it."""
        return self.label

    @property
    def conflicts(self) -> str:
        """At most 40 characters that runs share which exclude each other, for one account."""
        return self.conflict_class

    def read(self, graph: Reader, target: Target) -> dict[str, Any]:
        """The state that it needs to know: the user object, and what it adds to that. Raises GraphError."""
        return read_user(graph, target.object_id)

    def needs_for(self, state: State) -> tuple[Need, ...]:
        """The permissions that this very order needs, by what is known of the state; at least those of the class."""
        return self.needs

    @property
    def comprises(self) -> "tuple[type[Action], ...]":
        """The actions that this very order amounts to: whoever asks has to be allowed each of them."""
        return (type(self),)

    def empowers(self, state: State) -> str:
        """Why what it gives is for those to give who may act on protected people; empty for nearly every order."""
        return ""

    def objection(self, target: Target, state: State) -> str:
        """Why it cannot be done, by what was just read from the directory; empty when it can."""
        return ""

    def obstacle(self, state: State) -> str:
        """Why it would be refused as things stand: what may be otherwise by the time it is sent, as a free seat."""
        return ""

    def is_so(self, state: State) -> bool:
        """Whether the directory already is as this action wants it, so that nothing need be sent."""
        return False

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        """The one call this action makes. `state` is what was read just before."""
        raise NotImplementedError

    def heard(self, exc: GraphError) -> Literal["", "already", "later"]:
        """What a refusal may mean for this action: that it is so already (reading has to confirm it), or not yet."""
        return ""

    def observed(self, state: State, before: State, sent_at: datetime) -> bool:
        """Whether the directory, as read after the call, shows the effect. A lagging read shows it later."""
        return self.is_so(state)

    def then(self, state: State) -> State:
        """The state as it will be after the call; the same object where that cannot be said beforehand."""
        return state

    def after(self, state: State) -> dict[str, Any]:
        """What will be kept as "after", as far as that can be said beforehand."""
        then = self.then(state)
        return {} if then is state else self.snapshot(then)

    def snapshot(self, state: State) -> dict[str, Any]:
        """The part of the directory's state that this action may change: kept before and after."""
        return {name: state.get(name) for name in self.reads}

    def inverse(self, before: State) -> "Action | None":
        """What brings back `before`, as its snapshot has it; None where nothing can. Its snapshot has the same keys."""
        return None

    def done(self, target: Target) -> str:
        """What was done, in one sentence for the person who asked."""
        raise NotImplementedError

    def done_unheard(self, target: Target) -> str:
        """The same, where the answer to the call was lost and only reading shows that it was done."""
        return self.done(target)

    def secret_in(self, answer: Mapping[str, Any]) -> str:
        """A secret that Graph made and tells only in its answer; empty for nearly every action."""
        return ""

    def labels(self) -> dict[str, str]:
        """What people call the keys of its snapshot, where the product's common names do not do."""
        return {}

    def said(self, name: str, value: object) -> object:
        """What people read for a value of its snapshot, where the value itself would tell them nothing."""
        return value


def gone_is_done(exc: GraphError) -> Literal["", "already"]:
    """For `heard`, where a 404 may mean that what is to be removed is not there any more."""
    return "already" if isinstance(exc, NotThere) else ""


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

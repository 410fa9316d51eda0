"""The directory's state: who there is, who was deleted, and every change since the tenant was made. No HTTP."""

import copy
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from neurons_admin.demo.devices import Devices
from neurons_admin.demo.groups import Group, Groups
from neurons_admin.demo.people import Population, User
from neurons_admin.demo.seats import Seats
from neurons_admin.demo.wire import Json

Kind = Literal["update", "delete", "restore", "purge", "join", "leave"]
EVERYTHING = frozenset({"*"})
_NEVER_TOLD = frozenset({"licenseAssignmentStates"})
"""Properties of which users/delta tells no change."""


@dataclass(frozen=True)
class Change:
    """One thing that happened to one user. The list of changes is the directory's memory (see `ledger`)."""

    kind: Kind
    id: str
    at: str
    values: Json | None = None
    password: str | None = None
    manager_id: str | None = None
    group_id: str | None = None
    """The group that the user joins or leaves."""

    def as_json(self) -> Json:
        """What is written down, without what is not set."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def touched(self) -> frozenset[str]:
        """The properties of the user that this change concerns; `*` for a coming or a going."""
        if self.kind in {"join", "leave"}:
            return frozenset()
        if self.kind != "update":
            return EVERYTHING
        told = frozenset(self.values or ()) - _NEVER_TOLD
        return told | ({"manager"} if self.manager_id is not None else set())


class Directory:
    """Users, found by object id or user principal name, and the ordered list of their changes.

    Users are made by the population when asked for; only those that changed are kept. Reading needs no lock, because
    a user is never changed in place; all writing goes through `apply`.
    """

    def __init__(self, size: int, seed: int, generation: str = "") -> None:
        self.lock = threading.RLock()
        """Held by whoever must look and then change without another getting in between."""
        self._listeners: list[Callable[[Change], None]] = []
        self.generation = ""
        self.start_again(size, seed, generation)

    def start_again(self, size: int, seed: int, generation: str = "") -> None:
        """Forget everybody and make `size` people anew; delta tokens of before are worth nothing from here on."""
        with self.lock:
            self.population = Population(size, seed)
            self.groups = Groups(self.population)
            self.seats = Seats(self.population)
            self.devices = Devices(self.population.size, seed)
            self.generation = generation or secrets.token_hex(8)
            self.changes: list[Change] = []
            self._changed: dict[str, User | None] = {}
            self._upns: dict[str, str] | None = None

    def as_of_now(self) -> "Directory":
        """A copy for reading that stays as this one is at the moment: a replica that lags."""
        with self.lock:
            lagging = copy.copy(self)
            lagging.changes = list(self.changes)
            lagging._changed = dict(self._changed)
            lagging.seats = self.seats.as_of_now()
            lagging.groups = self.groups.as_of_now()
            lagging._upns = None if self._upns is None else dict(self._upns)
        lagging.lock = threading.RLock()
        lagging._listeners = []
        return lagging

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Have `listener` called after every change, under the directory's lock."""
        self._listeners.append(listener)

    def expire_tokens(self) -> None:
        """Make every delta token given out until now answer 410."""
        self.generation = secrets.token_hex(8)

    @property
    def size(self) -> int:
        """How many numbers are given out, purged users included."""
        return self.population.size

    def at(self, number: int) -> User | None:
        """The user with this number, deleted or not; None once purged."""
        user_id = self.population.ids[number]
        if user_id in self._changed:
            return self._changed[user_id]
        return self.population.make(number)

    def anybody(self, user_id: str) -> User | None:
        """The user with this object id, deleted or not; None if there is none or it was purged."""
        number = self.population.number.get(user_id.lower())
        return None if number is None else self.at(number)

    def user(self, key: str) -> User | None:
        """The live user with this object id or user principal name."""
        user = self.anybody(key) if "@" not in key else self.anybody(self._by_upn().get(key.lower(), ""))
        return user if user is not None and user.deleted is None else None

    def deleted_user(self, user_id: str) -> User | None:
        """The soft-deleted user with this object id."""
        user = self.anybody(user_id)
        return user if user is not None and user.deleted is not None else None

    def deleted_users(self) -> list[User]:
        """All who are deleted and can be restored."""
        return [user for user in self._changed.values() if user is not None and user.deleted is not None]

    def live_from(self, number: int) -> Iterator[User]:
        """The live users from this number on, in the order of their numbers."""
        for position in range(number, self.size):
            user = self.at(position)
            if user is not None and user.deleted is None:
                yield user

    def members_from(self, group: Group, number: int) -> Iterator[User]:
        """The live direct members of a group, from this user number on, in the order of their numbers."""
        with self.lock:
            changed = [self.population.number[user_id] for user_id in self._changed] if group.is_dynamic else []
            candidates = self.groups.candidates(group, changed, number)
        for candidate in candidates:
            user = self.at(candidate)
            if user is not None and user.deleted is None and self.groups.is_member(group, user):
                yield user

    def reports_of(self, manager: User) -> list[User]:
        """The live users whose manager this is."""
        with self.lock:
            changed = [self.population.number[user_id] for user_id in self._changed]
        candidates = sorted({*self.population.reports_of(manager.number), *changed})
        found = [self.at(number) for number in candidates]
        return [user for user in found if user and user.deleted is None and user.manager_id == manager.id]

    def upn_taken(self, upn: str, by_other_than: str) -> bool:
        """Whether another live user has this user principal name."""
        owner = self._by_upn().get(upn.lower())
        return owner is not None and owner != by_other_than

    def changed_but(self, user: User) -> list[User]:
        """The live users, all but this one, who are not as they were made."""
        with self.lock:
            others = list(self._changed.values())
        return [other for other in others if other and other.deleted is None and other.id != user.id]

    def apply(self, change: Change) -> User | None:
        """Carry out one change and remember it; returns the user as it is then (None when purged or unknown)."""
        with self.lock:
            user = self.anybody(change.id)
            if user is None:
                return None
            changed = _CARRY_OUT[change.kind](user, change)
            if change.group_id is not None:
                self.groups.set_member(change.group_id, user.number, is_member=change.kind == "join")
            self._changed[user.id] = changed
            self.changes.append(change)
            self._move_upn(user, changed)
            self.seats.note(user, changed)
            for listener in self._listeners:
                listener(change)
            return changed

    def _by_upn(self) -> dict[str, str]:
        with self.lock:
            if self._upns is None:
                self._upns = {user.upn.lower(): user.id for user in self.live_from(0)}
            return self._upns

    def _move_upn(self, old: User, new: User | None) -> None:
        if self._upns is None:
            return
        if self._upns.get(old.upn.lower()) == old.id:
            del self._upns[old.upn.lower()]
        if new is not None and new.deleted is None:
            self._upns[new.upn.lower()] = new.id


def _update(user: User, change: Change) -> User:
    properties: dict[str, Any] = {**user.properties, **(change.values or {})}
    manager = user.manager_id if change.manager_id is None else change.manager_id or None
    return replace(
        user,
        properties=properties,
        password=change.password or user.password,
        manager_id=manager,
        former_manager_id=user.former_manager_id if manager == user.manager_id else user.manager_id,
    )


def _delete(user: User, change: Change) -> User:
    return replace(user, deleted=change.at)


def _restore(user: User, change: Change) -> User:
    return replace(user, deleted=None, properties={**user.properties, **(change.values or {})})


def _purge(user: User, change: Change) -> None:
    return None


def _keep(user: User, change: Change) -> User:
    return user


_CARRY_OUT: dict[Kind, Callable[[User, Change], User | None]] = {
    "update": _update,
    "delete": _delete,
    "restore": _restore,
    "purge": _purge,
    "join": _keep,
    "leave": _keep,
}

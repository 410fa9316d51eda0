"""How little suffices for the actions that are offered, and what of a grant goes beyond that."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from connectors import ranks
from connectors.actions import Action, Need
from connectors.actions.permissions import DIRECTORY_READ, DIRECTORY_READ_WRITE, ROLE_WRITE, USER_READ, USER_READ_WRITE
from connectors.permission_ids import IDS
from credentials.directory_roles import NAMES, READING

# Without it nobody knows before the click whether a person is an administrator.
KNOWING: Final = Need(DIRECTORY_READ, also=(DIRECTORY_READ_WRITE,))
KNOWING_WHY: Final = "see who holds directory roles before acting on them"
ACCESS_AS_USER: Final = "Directory.AccessAsUser.All"
REMARKS: Final = {
    ROLE_WRITE: "only members of role-assignable groups need it; with it the application can give itself any role",
    ACCESS_AS_USER: "a delegated permission, without effect in an application",
}


@dataclass(frozen=True)
class Wanted:
    """A permission of the least set, and what it is for, in words."""

    name: str
    purposes: tuple[str, ...]


@dataclass(frozen=True)
class Surplus:
    """Something granted that goes beyond what is offered: it could be taken away, or exchanged for less."""

    name: str
    why: str


@dataclass(frozen=True)
class Scope:
    """What the offered actions need at least, and what a credential has beyond that. No roles: none is needed."""

    least: tuple[Wanted, ...]
    needs_role: bool
    surplus: tuple[Surplus, ...] = ()


def scope_of(offered: Sequence[type[Action]], granted: Collection[str] = (), roles: Collection[str] = ()) -> Scope:
    """For the actions that are offered, and what their credential was granted."""
    needs_role = any(action.roles for action in offered)
    return Scope(least(offered), needs_role, (*_needless(offered, granted), *_needless_roles(offered, roles)))


def least(offered: Sequence[type[Action]]) -> tuple[Wanted, ...]:
    """The permissions to ask for: one that others in the set stand in for is left out."""
    purposes = _purposes(offered)
    chosen = list(dict.fromkeys(_askable(need) for need, _ in purposes))
    for name in list(chosen):
        others = set(chosen) - {name}
        if all(need.met_by(others) for need, _ in purposes):
            chosen.remove(name)
    return tuple(Wanted(name, _for(name, purposes, chosen)) for name in chosen)


def stand_ins(offered: Sequence[type[Action]]) -> tuple[Wanted, ...]:
    """Broader permissions that are often granted, and which of the least ones each takes the place of."""
    chosen = {each.name for each in least(offered)}
    found = []
    for broad in (USER_READ_WRITE, DIRECTORY_READ_WRITE):
        needs = [need for need, _ in _purposes(offered) if need.least in chosen and broad in need.also]
        if needs and broad not in chosen:
            found.append(Wanted(broad, tuple(dict.fromkeys(need.least for need in needs))))
    return tuple(found)


def _purposes(offered: Iterable[type[Action]]) -> list[tuple[Need, str]]:
    found = [(need, action.label) for action in offered for need in action.needs]
    return [*found, (KNOWING, KNOWING_WHY)] if found else []


def _for(name: str, purposes: Iterable[tuple[Need, str]], chosen: Collection[str]) -> tuple[str, ...]:
    """What a chosen permission is there for, leaving out what another one is the least for, and reading accounts."""
    return tuple(
        dict.fromkeys(
            words
            for need, words in purposes
            if need.least == name or (name in need.also and need.least not in chosen and need.least != USER_READ)
        )
    )


def _askable(need: Need) -> str:
    """The least privileged permission that a manifest can ask for."""
    return next((name for name in (need.least, *need.also) if name in IDS), need.least)


def _needless(offered: Sequence[type[Action]], granted: Collection[str]) -> Iterable[Surplus]:
    """What nothing needs, what others that were granted do as well, and what something narrower could stand in for."""
    purposes = _purposes(offered)
    wanted = [each.name for each in least(offered)]
    left = set(granted)
    for name in sorted(granted, key=lambda each: (each in wanted, each)):
        served = [need for need, _ in purposes if name in (need.least, *need.also)]
        if not served:
            left.discard(name)
            yield Surplus(name, REMARKS.get(name, "no action that is offered needs it"))
        elif all(need.met_by(left - {name}) for need in served):
            left.discard(name)
            yield Surplus(name, "other permissions that were granted do the same")
        elif name not in wanted:
            unmet = [need for need in served if not need.met_by(left - {name})]
            enough = [each for each in wanted if any(each in (need.least, *need.also) for need in unmet)]
            yield Surplus(name, f"broader than needed; in its place {' and '.join(enough)} would do")


def _needless_roles(offered: Sequence[type[Action]], roles: Collection[str]) -> Iterable[Surplus]:
    useful = {role for row in ranks.TABLE.values() for role in row.sensitive | row.password} | READING
    if not any(action.rank or action.roles for action in offered):
        useful = set(READING)
    for role in sorted(set(roles) - useful):
        yield Surplus(NAMES.get(role, "another directory role"), "no action that is offered needs this directory role")

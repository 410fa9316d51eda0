"""Brings one account up to date: with what an action has just read, or by reading all of it again."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from connectors.graph import (
    UNKNOWN_ROLE,
    USER_PROPERTIES,
    Reader,
    Refused,
    read_groups_of,
    read_manager,
    read_standing,
    read_user_or_deleted,
    removal_in,
)
from connectors.sync import DEVICE_PROPERTIES, AccountRecord, DeviceRecord, GroupChange, Removal, parse, parse_device
from people.models import Account

from .accounts import note_missing, store
from .groups import set_groups_of
from .lists import set_devices_of

_OF_THE_USER = (*USER_PROPERTIES[1:], "manager", "@removed")


def refresh(account: Account, state: Mapping[str, Any]) -> None:
    """Bring one account up to date with the user object just read from the directory.

    Beside its properties the state may hold `manager`, `isManagementRestricted`, `memberOf` (the groups) and `standing`
    (the roles held, and whether a role-assignable group has it). Of what it does not hold everything stays as it was.
    """
    with transaction.atomic():
        if any(name in state for name in _OF_THE_USER):
            item = _as_imported(account, parse({**state, "id": str(account.object_id)}))
            if isinstance(item, Removal):
                store(account.connector_id, None, [], [item])
            else:
                store(account.connector_id, None, [item], [])
        _keep_standing(account, state)
        if "memberOf" in state:
            set_groups_of(account.connector_id, account.object_id, _groups(state["memberOf"]))


def _as_imported(account: Account, item: AccountRecord | Removal) -> AccountRecord | Removal:
    """Who is left out of the import does not come back by being looked at. Who is in it goes with the next round."""
    if account.removal != Account.Removal.EXCLUDED or isinstance(item, Removal):
        return item
    is_wanted = account.connector.people_filter.wants(item)
    return item if is_wanted else Removal(item.object_id, "excluded", item.manager_id)


def read_again(account: Account) -> None:
    """Read one account from its directory with the credential for synchronising. Raises GraphError.

    What the credential may not read stays as it was.
    """
    reader = account.connector.graph_for_sync()
    object_id = str(account.object_id)
    state = read_user_or_deleted(reader, object_id)
    if removal_in(state) == "deleted":
        note_missing(account)
        return
    if not removal_in(state):
        state = {**state, **_around(reader, object_id)}
        _read_devices(account, reader)
    refresh(account, state)


def _read_devices(account: Account, reader: Reader) -> None:
    """The devices registered to somebody, as far as the credential may read them: else Graph tells their ids only."""
    link = f"/users/{account.object_id}/registeredDevices/microsoft.graph.device?$select={','.join(DEVICE_PROPERTIES)}"
    try:
        entries = [entry for page in reader.pages(link) for entry in page.get("value", ())]
    except Refused:
        return
    if all(entry.get("displayName") is not None for entry in entries):
        with transaction.atomic():
            set_devices_of(account.connector_id, account.object_id, _devices(entries, account))


def _devices(entries: list[dict[str, Any]], account: Account) -> list[DeviceRecord]:
    return [parse_device(entry, owner_id=str(account.object_id)) for entry in entries]


def _around(reader: Reader, object_id: str) -> dict[str, Any]:
    """What the credential may read of what is around a user."""
    parts: dict[str, Callable[[Reader, str], Any]] = {
        "manager": read_manager,
        "memberOf": read_groups_of,
        "standing": read_standing,
    }
    state = {}
    for name, read in parts.items():
        try:
            state[name] = read(reader, object_id)
        except Refused:
            continue
    return state


def _keep_standing(account: Account, state: Mapping[str, Any]) -> None:
    columns: dict[str, Any] = {}
    if isinstance(state.get("isManagementRestricted"), bool):
        columns["restricted"] = state["isManagementRestricted"]
    if state.get("standing") is not None:
        roles, in_role_group = state["standing"]
        # An application that sees less than the last one did has not unlearnt what that one saw.
        if UNKNOWN_ROLE not in roles or not account.directory_roles:
            columns["directory_roles"] = sorted(roles)
        if in_role_group is not None:
            columns["in_role_group"] = in_role_group
    if columns:
        Account.objects.filter(pk=account.pk).update(**columns)


def _groups(entries: list[dict[str, Any]]) -> list[GroupChange]:
    """Of groups that the application may not read Graph tells only the id."""
    changes: dict[str, GroupChange] = {}
    for entry in entries:
        object_id = str(entry["id"]).lower()
        changes.setdefault(object_id, GroupChange(object_id)).take(entry)
    return list(changes.values())

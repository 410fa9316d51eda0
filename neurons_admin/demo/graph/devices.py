"""Reading devices: the list, one of them, and those of a user."""

import re

from neurons_admin.demo import devices, odata, policy
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.graph.filters import Filter
from neurons_admin.demo.odata import answer, bad_request, not_found
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json, Response

_DEVICE = "microsoft.graph.device"
_EXPAND = re.compile(r"^(registeredOwners|registeredUsers)(?:\(\$select=id\))?$")
_FILTER = Filter(devices.PROPERTIES, "device")


def list_devices(call: Call) -> Response:
    """`GET /devices`, 100 a page unless `$top` says otherwise, with their owners' ids where `$expand` asks for them."""
    call.require(policy.READ_DEVICES)
    unsupported(call.query, "$skip", "$search", "$orderby")
    names, context = _columns(call)
    expanded = _expanded(call)
    wanted = _FILTER.parse(call.query["$filter"]) if "$filter" in call.query else None
    size, page = odata.top(call.query), list[Json]()
    following = None
    for serial, device in call.tenant.directory.devices.after(call.place()):
        if wanted is not None and not wanted(device):
            continue
        if len(page) == size:
            following = serial
            break
        owners = {expanded: _owners(call, device["id"])} if expanded else {}
        page.append({name: device.get(name) for name in names} | owners)
    body: Json = {"@odata.context": call.context(f"devices{context}")}
    if following is not None:
        body["@odata.nextLink"] = call.next_link("devices", following)
    return answer(body | {"value": page})


def get_device(call: Call) -> Response:
    """`GET /devices/{object id}`."""
    call.require(policy.READ_DEVICES)
    unsupported(call.query, "$expand")
    names, context = _columns(call)
    found = call.tenant.directory.devices.find(call.parts["device"])
    if found is None:
        raise not_found(call.parts["device"])
    body = {"@odata.context": call.context(f"devices{context}/$entity")}
    return answer(body | {name: found[1].get(name) for name in names})


def list_devices_of_user(call: Call) -> Response:
    """`GET /users/{id}/registeredDevices` and `ownedDevices`, also cast; who registers a device owns it, too.

    Of devices that the app may not read only type and id are told.
    """
    call.require(policy.READ_USERS)
    unsupported(call.query, "$skip", "$expand", "$search", "$filter", "$orderby")
    cast = call.parts.get("cast")
    if cast not in {None, _DEVICE}:
        raise bad_request(f"Resource not found for the segment '{cast}'.", "BadRequest")
    user, (names, _) = call.user(), _columns(call)
    may_read = call.caller.has_any(policy.READ_DEVICES)
    head = {} if cast else {"@odata.type": f"#{_DEVICE}"}
    value = [
        head | {name: device.get(name) if may_read or name == "id" else None for name in names}
        for device in call.tenant.directory.devices.of(user.number)
    ]
    return answer({"@odata.context": call.context("devices" if cast else "directoryObjects"), "value": value})


def _columns(call: Call) -> tuple[tuple[str, ...], str]:
    select = odata.selected(call.query, devices.PROPERTIES, "device")
    return (devices.DEFAULTS, "") if select is None else (select, f"({','.join(select)})")


def _expanded(call: Call) -> str | None:
    text = call.query.get("$expand", "").strip()
    match = _EXPAND.match(text)
    if text and match is None:
        raise bad_request("The query specified in the URI is not valid. Could not expand.", "BadRequest")
    return match[1] if match else None


def _owners(call: Call, device_id: str) -> list[Json]:
    """The person who registered it, as long as the account is there."""
    directory = call.tenant.directory
    found = directory.devices.find(device_id)
    owner: User | None = directory.at(found[0]) if found else None
    if owner is None or owner.deleted is not None:
        return []
    return [{"@odata.type": "#microsoft.graph.user", "id": owner.id}]

"""What assigning and removing licences makes of a user's licences, and every reason to refuse it. No HTTP."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from neurons_admin.demo import licences
from neurons_admin.demo.odata import GraphError, bad_request
from neurons_admin.demo.people import User
from neurons_admin.demo.properties import INVALID_VALUES
from neurons_admin.demo.wire import Json

HasFree = Callable[[str], bool]

NO_LOCATION = "License assignment cannot be done for user with invalid usage location."
NOT_HELD = "User does not have a corresponding license."
INHERITED = "User license is inherited from a group membership and it cannot be removed directly from the user."
_PROVISIONING = timedelta(seconds=20)
_PARAMETERS = ("addLicenses", "removeLicenses")


@dataclass(frozen=True)
class Order:
    """A checked body: the plans to switch off by SKU to add, and the SKUs to remove."""

    add: dict[str, list[str]]
    remove: tuple[str, ...]


def parse(body: Json) -> Order:
    """The order in a body of assignLicense; 400 where it is none, or asks for what the tenant has not bought."""
    missing = [name for name in _PARAMETERS if not isinstance(body.get(name), list)]
    if missing:
        raise bad_request(
            "One or more parameters of the operation 'assignLicense' are missing from the request payload. "
            f"The missing parameters are: {', '.join(missing)}.",
            "BadRequest",
        )
    added = [_added(entry) for entry in body["addLicenses"]]
    order = Order(dict(added), tuple(_guid(sku) for sku in body["removeLicenses"]))
    if len(order.add) < len(added) or len(set(order.remove)) < len(order.remove):
        raise bad_request(INVALID_VALUES)
    if set(body) - {*_PARAMETERS} or not (order.add or order.remove) or not order.add.keys().isdisjoint(order.remove):
        raise bad_request(INVALID_VALUES)
    for sku in (*order.add, *order.remove):
        if sku not in licences.PRODUCTS:
            raise bad_request(f"License {sku} does not correspond to a valid company License.")
    for sku, off in order.add.items():
        _check_product(licences.PRODUCTS[sku], off)
    return order


def carry_out(user: User, order: Order, has_free: HasFree, now: str) -> Json:
    """The properties of the user that change; 400 when a single part of the order cannot be carried out."""
    states = [entry for entry in _states(user) if not (entry["skuId"] in order.remove and _is_direct(entry))]
    for sku in order.remove:
        _check_removable(user, sku)
    if order.add and not user.properties.get("usageLocation"):
        raise bad_request(NO_LOCATION)
    held = {entry["skuId"] for entry in user.properties["assignedLicenses"]}
    for sku, off in order.add.items():
        if sku not in held and not has_free(sku):
            raise bad_request(f"Subscription with SKU {sku} does not have any available licenses.")
        states = [entry for entry in states if not (entry["skuId"] == sku and _is_direct(entry))]
        states.append(licences.state(sku, since=now) | {"disabledPlans": off})
    return _values(user, states)


def restored(user: User, has_free: HasFree, now: str) -> Json:
    """The properties that change when a deleted user comes back: seats given away meanwhile are not had again."""
    lacking = [entry["skuId"] for entry in user.properties["assignedLicenses"] if not has_free(entry["skuId"])]
    states = []
    for entry in _states(user):
        if entry["skuId"] not in lacking:
            states.append(entry)
        elif not _is_direct(entry):
            states.append(licences.state(entry["skuId"], entry["assignedByGroup"], since=now, problem="CountViolation"))
    return _values(user, states)


def details(user: User, now: str) -> list[Json]:
    """The user's `licenseDetails`: each licence with its service plans; what was just assigned is not ready yet."""
    ready_before = datetime.fromisoformat(now) - _PROVISIONING
    fresh = {entry["skuId"] for entry in _states(user)
             if datetime.fromisoformat(entry["lastUpdatedDateTime"]) > ready_before}  # fmt: skip
    return [_details(user, entry, "PendingProvisioning" if entry["skuId"] in fresh else "Success")
            for entry in user.properties["assignedLicenses"]]  # fmt: skip


def _details(user: User, licence: Json, ready: str) -> Json:
    product = licences.PRODUCTS[licence["skuId"]]
    plans = [
        plan | {"provisioningStatus": "Disabled" if plan["servicePlanId"] in licence["disabledPlans"] else ready}
        for plan in licences.service_plans(product)
    ]
    return {
        "id": str(uuid.uuid5(uuid.UUID(user.id), product.sku)),
        "skuId": product.sku,
        "skuPartNumber": product.part_number,
        "servicePlans": plans,
    }


def _states(user: User) -> Sequence[Json]:
    states: Sequence[Json] = user.properties["licenseAssignmentStates"]
    return states


def _values(user: User, states: list[Json]) -> Json:
    values = {"assignedLicenses": licences.assigned(states), "licenseAssignmentStates": states}
    return {name: value for name, value in values.items() if value != user.properties[name]}


def _check_removable(user: User, sku: str) -> None:
    found = [entry for entry in _states(user) if entry["skuId"] == sku]
    if not found:
        raise bad_request(NOT_HELD)
    if not any(_is_direct(entry) for entry in found):
        raise bad_request(INHERITED)


def _check_product(product: licences.Product, off: list[str]) -> None:
    if product.applies_to != "User":
        raise bad_request(f"License {product.sku} cannot be assigned to a user.")
    if not product.plan_ids.issuperset(off):
        raise bad_request(INVALID_VALUES)


def _is_direct(entry: Json) -> bool:
    return entry["assignedByGroup"] is None


def _added(entry: Any) -> tuple[str, list[str]]:
    if not isinstance(entry, dict) or set(entry) - {"skuId", "disabledPlans", "@odata.type"}:
        raise _unreadable()
    off = entry.get("disabledPlans") or []
    if not isinstance(off, list):
        raise _unreadable()
    return _guid(entry.get("skuId")), sorted({_guid(plan) for plan in off})


def _guid(value: Any) -> str:
    try:
        return str(uuid.UUID(value))
    except (ValueError, TypeError, AttributeError):
        raise _unreadable() from None


def _unreadable() -> GraphError:
    return bad_request("Cannot convert a primitive value to the expected type 'Edm.Guid'.", "BadRequest")

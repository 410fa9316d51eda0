"""Products, devices and holders of directory roles, as records of plain values.

Properties: https://learn.microsoft.com/graph/api/resources/subscribedsku, .../device and .../directoryrole.
"""

import json
from typing import Any, Final, NamedTuple

from .values import flag, moment, storable, text

DEVICE_PROPERTIES: Final = (
    "id", "displayName", "operatingSystem", "operatingSystemVersion", "trustType", "accountEnabled", "isCompliant",
    "isManaged", "approximateLastSignInDateTime", "registrationDateTime",
)  # fmt: skip
_code, _type, _short, _name = text(100), text(20), text(64), text(256)
_PLANS_KEPT = 500


class LicenceRecord(NamedTuple):
    """A product that the tenant has bought; `plans` is JSON."""

    sku_id: str
    part_number: str
    applies_to: str
    capability_status: str
    enabled: int
    warning: int
    consumed: int
    plans: str


class DeviceRecord(NamedTuple):
    """A device, with the id of the one it is registered to."""

    object_id: str
    owner_id: str | None
    name: str
    operating_system: str
    version: str
    trust_type: str
    enabled: bool | None
    compliant: bool | None
    managed: bool | None
    last_seen_at: str | None
    registered_at: str | None


class RoleHolder(NamedTuple):
    """A member of a directory role, which may be a group."""

    object_id: str
    role: str
    is_group: bool


def parse_licence(sku: dict[str, Any]) -> LicenceRecord:
    """A product as Graph wrote it. Raises KeyError for one without an id."""
    units = sku.get("prepaidUnits") or {}
    plans = [
        {"id": plan.get("servicePlanId"), "name": plan.get("servicePlanName")}
        for plan in (sku.get("servicePlans") or ())[:_PLANS_KEPT]
    ]
    return LicenceRecord(
        sku_id=sku["skuId"].lower(),
        part_number=_code(sku.get("skuPartNumber")),
        applies_to=_type(sku.get("appliesTo")),
        capability_status=_type(sku.get("capabilityStatus")),
        enabled=_count(units.get("enabled")),
        warning=_count(units.get("warning")),
        consumed=_count(sku.get("consumedUnits")),
        plans=json.dumps(storable(plans), ensure_ascii=False),
    )


def parse_device(device: dict[str, Any], owner_id: str | None = None) -> DeviceRecord:
    """A device as Graph wrote it; its owner is the first of `registeredOwners`, unless `owner_id` says who that is."""
    owners = device.get("registeredOwners") or ()
    get = device.get
    return DeviceRecord(
        object_id=device["id"].lower(),
        owner_id=owner_id or next((str(owner["id"]).lower() for owner in owners), None),
        name=_name(get("displayName")),
        operating_system=_short(get("operatingSystem")),
        version=_short(get("operatingSystemVersion")),
        trust_type=_type(get("trustType")),
        enabled=flag(get("accountEnabled")),
        compliant=flag(get("isCompliant")),
        managed=flag(get("isManaged")),
        last_seen_at=moment(get("approximateLastSignInDateTime")),
        registered_at=moment(get("registrationDateTime")),
    )


def parse_holder(member: dict[str, Any], role: str) -> RoleHolder:
    """A member of a role as Graph wrote it."""
    return RoleHolder(member["id"].lower(), role, str(member.get("@odata.type", "")).endswith(".group"))


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0

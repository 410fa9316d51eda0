"""A user's licences: assigning and removing them, and their details."""

import time
from datetime import datetime

from neurons_admin.demo import licensing, odata, policy
from neurons_admin.demo.directory import Change
from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.graph.users import shown
from neurons_admin.demo.odata import answer, bad_request, denied, json_body
from neurons_admin.demo.people import User
from neurons_admin.demo.properties import DEFAULT
from neurons_admin.demo.wire import Response

_TOLD = (*DEFAULT, "accountEnabled", "usageLocation", "assignedLicenses")
_DETAILS = ("id", "skuId", "skuPartNumber", "servicePlans")


def assign_license(call: Call) -> Response:
    """`POST /users/{id}/assignLicense`: all of it or nothing, and the user as the answer."""
    call.require(policy.ASSIGN_LICENCES)
    directory = call.tenant.directory
    with directory.lock:
        user = call.user()
        order = licensing.parse(json_body(call.request))
        if directory.groups.rank(user).is_restricted:
            raise denied()
        if order.add and _location_is_too_new(call, user):
            raise bad_request(licensing.NO_LOCATION)
        values = licensing.carry_out(user, order, directory.seats.has_free, call.now)
        changed = directory.apply(Change("update", user.id, call.now, values)) or user
    body = {"@odata.context": call.context("users/$entity")}
    return answer(body | shown(changed, _TOLD))


def license_details(call: Call) -> Response:
    """`GET /users/{id}/licenseDetails`."""
    call.require(policy.READ_LICENCE_DETAILS)
    user = call.user()
    names = odata.selected(call.query, _DETAILS, "licenseDetails") or _DETAILS
    value = [{name: entry[name] for name in names} for entry in licensing.details(user, call.now)]
    return answer({"@odata.context": call.context(f"users('{user.id}')/licenseDetails"), "value": value})


def _location_is_too_new(call: Call, user: User) -> bool:
    """Whether licensing has not heard yet of a usage location that was set a moment ago (`usage_location_lag`)."""
    unheard = time.time() - call.tenant.settings.usage_location_lag
    for change in reversed(call.tenant.directory.changes):
        if datetime.fromisoformat(change.at).timestamp() <= unheard - 1:
            return False
        if change.id == user.id and "usageLocation" in (change.values or {}):
            return datetime.fromisoformat(change.at).timestamp() > unheard
    return False

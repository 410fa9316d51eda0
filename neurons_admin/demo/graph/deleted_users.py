"""The end of an account and its return: soft delete, the recycle bin, restore, purge."""

from neurons_admin.demo import licensing, policy, uniqueness
from neurons_admin.demo.directory import Change
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.graph.user_changes import renamed_identities
from neurons_admin.demo.graph.users import columns, shown
from neurons_admin.demo.odata import answer, bad_request, json_body, no_content, not_found
from neurons_admin.demo.people import User
from neurons_admin.demo.properties import DEFAULT, INVALID_VALUES, check_values
from neurons_admin.demo.wire import Json, Response


def delete_user(call: Call) -> Response:
    """`DELETE /users/{id}`: restorable for thirty days."""
    call.require(policy.DELETE_RESTORE)
    directory = call.tenant.directory
    with directory.lock:
        user = call.user()
        policy.require_sensitive_rank(call.caller, directory.groups.rank(user))
        directory.apply(Change("delete", user.id, call.now))
    return no_content()


def list_deleted(call: Call) -> Response:
    """`GET /directory/deletedItems/microsoft.graph.user`, all on one page."""
    names, context = columns(call)
    unsupported(call.query, "$skip", "$search", "$expand", "$filter", "$orderby")
    call.require(policy.READ_USERS)
    value = [
        _shown(user, names if context else (*names, "deletedDateTime"))
        for user in call.tenant.directory.deleted_users()
    ]
    return answer({"@odata.context": call.context(f"users{context}"), "value": value})


def list_deleted_without_cast(call: Call) -> Response:
    """`GET /directory/deletedItems`: refused, since the type must be named."""
    raise bad_request(
        "The type of the deleted items must be specified, for example /directory/deletedItems/microsoft.graph.user."
    )


def get_deleted(call: Call) -> Response:
    """`GET /directory/deletedItems/{id}`."""
    names, _ = columns(call)
    call.require(policy.READ_USERS)
    return answer(_entity(call, _deleted(call), (*dict.fromkeys((*names, "id", "deletedDateTime")),)))


def restore(call: Call) -> Response:
    """`POST /directory/deletedItems/{id}/restore`, perhaps with a new user principal name.

    Addresses that somebody else has by now are left behind where the body says so, and stand in the way elsewhere.
    """
    call.require(policy.DELETE_RESTORE)
    new_upn, reconcile = _how(call)
    directory = call.tenant.directory
    with directory.lock:
        user = _deleted(call)
        policy.require_sensitive_rank(call.caller, directory.groups.rank(user))
        values = licensing.restored(user, directory.seats.has_free, call.now)
        if new_upn is not None:
            values |= {"userPrincipalName": new_upn, "identities": renamed_identities(user, new_upn)}
        uniqueness.require_free_upn(directory, user, new_upn or user.upn)
        taken = uniqueness.taken_addresses(directory, user)
        if reconcile:
            values |= _without_addresses(user, taken)
        else:
            uniqueness.require_free_addresses(taken)
        restored = directory.apply(Change("restore", user.id, call.now, values or None))
    return answer(_entity(call, restored or user, DEFAULT))


def purge(call: Call) -> Response:
    """`DELETE /directory/deletedItems/{id}`: for good."""
    call.require(policy.DELETE_RESTORE)
    directory = call.tenant.directory
    with directory.lock:
        user = _deleted(call)
        policy.require_sensitive_rank(call.caller, directory.groups.rank(user))
        directory.apply(Change("purge", user.id, call.now))
    return no_content()


def _how(call: Call) -> tuple[str | None, bool]:
    """The new user principal name and whether to leave addresses behind, of a body that may be missing."""
    body = json_body(call.request) if call.request.body.strip() else {}
    new_upn, reconcile = body.get("newUserPrincipalName"), body.get("autoReconcileProxyConflict")
    if set(body) - {"newUserPrincipalName", "autoReconcileProxyConflict"} or not isinstance(reconcile, bool | None):
        raise bad_request(INVALID_VALUES)
    if new_upn is not None:
        check_values({"userPrincipalName": new_upn}, call.tenant.domains)
    return new_upn, bool(reconcile)


def _without_addresses(user: User, taken: list[str]) -> Json:
    if not taken:
        return {}
    kept = [address for address in user.properties["proxyAddresses"] if address not in taken]
    is_primary_gone = any(address.startswith("SMTP:") for address in taken)
    return {"proxyAddresses": kept} | ({"mail": None} if is_primary_gone else {})


def _deleted(call: Call) -> User:
    user = call.tenant.directory.deleted_user(call.parts["object"])
    if user is None:
        raise not_found(call.parts["object"])
    return user


def _entity(call: Call, user: User, names: tuple[str, ...]) -> Json:
    head = {
        "@odata.context": call.context("directoryObjects/$entity"),
        "@odata.type": "#microsoft.graph.user",
    }
    return head | _shown(user, names)


def _shown(user: User, names: tuple[str, ...]) -> Json:
    """A deleted user's sign-in name is prefixed with the object id, so that somebody else may take it."""
    values = shown(user, names)
    if user.deleted is not None and "userPrincipalName" in values:
        values["userPrincipalName"] = user.id.replace("-", "") + user.upn
    return values

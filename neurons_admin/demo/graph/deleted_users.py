"""The end of an account and its return: soft delete, the recycle bin, restore, purge."""

from neurons_admin.demo import policy
from neurons_admin.demo.directory import Change
from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.graph.users import columns, shown
from neurons_admin.demo.odata import answer, bad_request, json_body, no_content, not_found
from neurons_admin.demo.people import User
from neurons_admin.demo.properties import DEFAULT, check_values
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
    """`GET /directory/deletedItems/microsoft.graph.user`."""
    names, context = columns(call)
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
    """`POST /directory/deletedItems/{id}/restore`, perhaps with a new user principal name."""
    call.require(policy.DELETE_RESTORE)
    body = json_body(call.request) if call.request.body.strip() else {}
    directory = call.tenant.directory
    with directory.lock:
        user = _deleted(call)
        policy.require_sensitive_rank(call.caller, directory.groups.rank(user))
        values: Json = {}
        if body.get("newUserPrincipalName") is not None:
            values["userPrincipalName"] = body["newUserPrincipalName"]
            check_values(values, call.tenant.domains)
        if directory.upn_taken(values.get("userPrincipalName", user.upn), by_other_than=user.id):
            raise bad_request("Another object with the same value for property userPrincipalName already exists.")
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

"""Who is in a group and who is not: adding one or twenty, removing one, and the trap beside it."""

from neurons_admin.demo import policy
from neurons_admin.demo.directory import Change
from neurons_admin.demo.graph import deleted_users
from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.graph.groups import group_of
from neurons_admin.demo.graph.references import referenced_user
from neurons_admin.demo.groups import Group
from neurons_admin.demo.odata import (
    bad_request,
    denied,
    invalid_property,
    json_body,
    mastered_on_premises,
    no_content,
    not_found,
)
from neurons_admin.demo.people import User
from neurons_admin.demo.properties import INVALID_VALUES
from neurons_admin.demo.wire import Response

_ALREADY = "One or more added object references already exist for the following modified properties: 'members'."
_EXCHANGE = "Cannot Update a mail-enabled security groups and or distribution list."
_MOST_AT_ONCE = 20


def add_member(call: Call) -> Response:
    """`POST /groups/{id}/members/$ref`."""
    call.require(policy.WRITE_MEMBERS)
    with call.tenant.directory.lock:
        _add(call, [json_body(call.request).get("@odata.id")])
    return no_content()


def patch_group(call: Call) -> Response:
    """`PATCH /groups/{id}` with `members@odata.bind`, all or nothing; the other properties cannot be changed here."""
    call.require(policy.WRITE_MEMBERS)
    body = {name: value for name, value in json_body(call.request).items() if not name.startswith("@odata.")}
    for name in body:
        if name != "members@odata.bind":
            raise invalid_property(name)
    references = body.get("members@odata.bind")
    if not isinstance(references, list) or not references:
        raise bad_request(INVALID_VALUES)
    if len(references) > _MOST_AT_ONCE:
        raise bad_request(f"The number of references in 'members' exceeds the maximum of {_MOST_AT_ONCE}.")
    with call.tenant.directory.lock:
        _add(call, references)
    return no_content()


def remove_member(call: Call) -> Response:
    """`DELETE /groups/{id}/members/{id}/$ref`; 404 for somebody who is no member."""
    call.require(policy.WRITE_MEMBERS)
    directory = call.tenant.directory
    with directory.lock:
        group = _changeable_group(call)
        user = _member(call, group)
        directory.apply(Change("leave", user.id, call.now, group_id=group.id))
    return no_content()


def delete_member_object(call: Call) -> Response:
    """`DELETE /groups/{id}/members/{id}` without `$ref`: it is not the membership that ends, but the user."""
    call.require(policy.DELETE_RESTORE)
    with call.tenant.directory.lock:
        _member(call, group_of(call))
        return deleted_users.delete_user(call)


def _add(call: Call, references: list[object]) -> None:
    directory = call.tenant.directory
    group = _changeable_group(call)
    users = [referenced_user(call, reference) for reference in references]
    already = any(directory.groups.is_member(group, user) for user in users)
    if already or len({user.id for user in users}) < len(users):
        raise bad_request(_ALREADY)
    for user in users:
        directory.apply(Change("join", user.id, call.now, group_id=group.id))


def _changeable_group(call: Call) -> Group:
    """The group that the path names, if this caller may change its members in the cloud."""
    group = group_of(call)
    if group.is_restricted or group.is_dynamic:
        raise denied()
    if group.is_synced:
        raise mastered_on_premises()
    if group.belongs_to_exchange:
        raise bad_request(_EXCHANGE)
    if group.is_role_assignable:
        call.require(policy.WRITE_ROLE_GROUPS)
    return group


def _member(call: Call, group: Group) -> User:
    """The live member that the path names by object id, 404 otherwise."""
    user = call.tenant.directory.anybody(call.parts["user"])
    if user is None or user.deleted is not None or not call.tenant.directory.groups.is_member(group, user):
        raise not_found(call.parts["user"])
    return user

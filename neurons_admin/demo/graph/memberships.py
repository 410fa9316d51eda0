"""What a user belongs to: groups and directory roles, direct and transitive, with the type casts, or by ids alone."""

from neurons_admin.demo import odata, policy, properties
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.groups import GROUP_DEFAULTS, GROUP_PROPERTIES, ROLE_DEFAULTS
from neurons_admin.demo.odata import answer, bad_request, json_body, not_found
from neurons_admin.demo.wire import Json, Response

_GROUP, _ROLE, _UNIT = (
    "microsoft.graph.group",
    "microsoft.graph.directoryRole",
    "microsoft.graph.administrativeUnit",
)
_MOST_CHECKED = 20


def member_of(call: Call) -> Response:
    """`GET /users/{id}/memberOf`, also cast to one type."""
    call.require(policy.READ_MEMBER_OF)
    return _answer(call, transitive=False)


def transitive_member_of(call: Call) -> Response:
    """`GET /users/{id}/transitiveMemberOf`, also cast to one type."""
    call.require(policy.READ_TRANSITIVE_MEMBER_OF)
    return _answer(call, transitive=True)


def get_member_groups(call: Call) -> Response:
    """`POST /users/{id}/getMemberGroups`: the ids of all groups, nested ones included."""
    call.require(policy.READ_TRANSITIVE_MEMBER_OF)
    only_security = json_body(call.request).get("securityEnabledOnly")
    if not isinstance(only_security, bool | None):
        raise bad_request(properties.INVALID_VALUES)
    found = call.tenant.directory.groups.transitive(call.user())
    return _ids(call, [group.id for group in found if group.properties["securityEnabled"] or not only_security])


def check_member_groups(call: Call) -> Response:
    """`POST /users/{id}/checkMemberGroups`: those of up to twenty groups that the user is in, nested ones included."""
    call.require(policy.READ_TRANSITIVE_MEMBER_OF)
    asked = json_body(call.request).get("groupIds")
    if not isinstance(asked, list) or not all(isinstance(group_id, str) for group_id in asked):
        raise bad_request(properties.INVALID_VALUES)
    if len(asked) > _MOST_CHECKED:
        raise bad_request(f"The number of groupIds exceeds the maximum of {_MOST_CHECKED}.")
    found = {group.id for group in call.tenant.directory.groups.transitive(call.user())}
    return _ids(call, [group_id.lower() for group_id in asked if group_id.lower() in found])


def _ids(call: Call, group_ids: list[str]) -> Response:
    return answer({"@odata.context": call.context("Collection(Edm.String)"), "value": group_ids})


def _answer(call: Call, *, transitive: bool) -> Response:
    unsupported(call.query, "$skip", "$expand")
    cast = call.parts.get("cast")
    if cast is not None and cast not in {_GROUP, _ROLE, _UNIT}:
        raise bad_request(f"Resource not found for the segment '{cast}'.", "BadRequest")
    objects = _groups(call, transitive=transitive) if cast in {None, _GROUP} else []
    objects += _roles(call) if cast in {None, _ROLE} else []
    start, size = _start(call), odata.top(call.query)
    page = objects[start : start + size]
    if cast is not None:
        page = [{name: value for name, value in entry.items() if name != "@odata.type"} for entry in page]
    body: Json = {"@odata.context": call.context(_set_of(cast)), "value": page}
    if start + size < len(objects):
        body["@odata.nextLink"] = _next_link(call, start + size)
    return answer(body)


def _groups(call: Call, *, transitive: bool) -> list[Json]:
    """The groups; of those that the app may not read only type and id are told."""
    user, groups = call.user(), call.tenant.directory.groups
    found = groups.transitive(user) if transitive else groups.direct(user)
    select = odata.selected(call.query, GROUP_PROPERTIES | set(ROLE_DEFAULTS), "group") or GROUP_DEFAULTS
    may_read = call.caller.has_any(policy.READ_GROUPS)
    return [_limited("group", group.properties, select, may_read=may_read) for group in found]


def _roles(call: Call) -> list[Json]:
    groups = call.tenant.directory.groups
    select = odata.selected(call.query, GROUP_PROPERTIES | set(ROLE_DEFAULTS), "directoryRole") or ROLE_DEFAULTS
    may_read = call.caller.has_any(policy.READ_ROLES)
    found = [groups.role_object(template_id) for template_id in sorted(groups.roles_of(call.user()))]
    return [_limited("directoryRole", role, select, may_read=may_read) for role in found]


def _limited(kind: str, values: Json, select: tuple[str, ...], *, may_read: bool) -> Json:
    known = {name: values[name] if may_read or name == "id" else None for name in select if name in values}
    return {"@odata.type": f"#microsoft.graph.{kind}", **known}


def _set_of(cast: str | None) -> str:
    return {_GROUP: "groups", _ROLE: "directoryRoles", _UNIT: "directory/administrativeUnits"}.get(
        cast or "", "directoryObjects"
    )


def _start(call: Call) -> int:
    token = call.query.get("$skiptoken")
    kept = call.unseal(token) if token else {"from": 0}
    if kept is None:
        raise not_found("page")
    return int(kept["from"])


def _next_link(call: Call, start: int) -> str:
    kept = {name[1:]: value for name, value in call.query.items() if name in {"$select", "$top"}}
    path = call.request.path.split("/", 2)[2]
    return call.link(path, **kept, skiptoken=call.seal({"from": start}))

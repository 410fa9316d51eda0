"""Reading groups: the list, one of them, their members and owners."""

from neurons_admin.demo import odata, policy, properties
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.graph.filters import Filter
from neurons_admin.demo.graph.users import shown
from neurons_admin.demo.groups import GROUP_DEFAULTS, GROUP_PROPERTIES, Group
from neurons_admin.demo.odata import answer, bad_request, not_found
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json, Response

_USER, _GROUP = "microsoft.graph.user", "microsoft.graph.group"
_FILTER = Filter(GROUP_PROPERTIES, "group")


def list_groups(call: Call) -> Response:
    """`GET /groups`, 100 a page unless `$top` says otherwise."""
    call.require(policy.LIST_GROUPS)
    unsupported(call.query, "$skip", "$expand", "$search")
    if call.query.get("$orderby", "displayName") != "displayName":
        raise bad_request("Unsupported sort property for 'Group'.", "Request_UnsupportedQuery")
    names, context = _columns(call)
    found = list(call.tenant.directory.groups.all.values())
    if "$filter" in call.query:
        wanted = _FILTER.parse(call.query["$filter"])
        found = [group for group in found if wanted(group.properties)]
    if "$orderby" in call.query:
        found.sort(key=lambda group: str(group.properties["displayName"]).lower())
    start, size = call.place(), odata.top(call.query)
    body: Json = {"@odata.context": call.context(f"groups{context}")}
    if start + size < len(found):
        body["@odata.nextLink"] = call.next_link("groups", start + size)
    return answer(body | {"value": [_shown_group(group, names) for group in found[start : start + size]]})


def get_group(call: Call) -> Response:
    """`GET /groups/{id}`."""
    call.require(policy.LIST_GROUPS)
    names, context = _columns(call)
    unsupported(call.query, "$expand")
    body = {"@odata.context": call.context(f"groups{context}/$entity")}
    return answer(body | _shown_group(group_of(call), names))


def list_members(call: Call) -> Response:
    """`GET /groups/{id}/members`: nested groups first, then users; also cast to one of the two types."""
    call.require(policy.READ_GROUPS)
    unsupported(call.query, "$skip", "$expand", "$search", "$filter", "$orderby")
    cast = call.parts.get("cast")
    if cast not in {None, _USER, _GROUP}:
        raise bad_request(f"Resource not found for the segment '{cast}'.", "BadRequest")
    group, size, start = group_of(call), odata.top(call.query), call.place()
    directory = call.tenant.directory
    nested = directory.groups.nested_in(group) if cast != _USER else []
    page = [_as_member(call, _GROUP, _shown_group(entry, _names(call, GROUP_DEFAULTS)), policy.READ_GROUPS)
            for entry in nested[start : start + size]]  # fmt: skip
    following = start + size if start + size < len(nested) else None
    users = directory.members_from(group, max(0, start - len(nested))) if cast != _GROUP and following is None else ()
    for user in users:
        if len(page) == size:
            following = len(nested) + user.number
            break
        page.append(_as_member(call, _USER, shown_member(call, user), policy.READ_USERS_BASIC))
    body: Json = {"@odata.context": call.context("directoryObjects" if cast is None else f"{cast.split('.')[-1]}s")}
    if following is not None:
        body["@odata.nextLink"] = call.next_link("/".join(call.request.path.split("/")[2:]), following)
    return answer(body | {"value": page})


def list_transitive_members(call: Call) -> Response:
    """`GET /groups/{id}/transitiveMembers`: nested groups at any depth first, then everybody in any of them, once."""
    call.require(policy.READ_GROUPS)
    unsupported(call.query, "$skip", "$expand", "$search", "$filter", "$orderby")
    directory, size, start = call.tenant.directory, odata.top(call.query), call.place()
    groups = directory.groups.with_nested(group_of(call))
    nested = groups[1:]
    page = [_as_member(call, _GROUP, _shown_group(entry, _names(call, GROUP_DEFAULTS)), policy.READ_GROUPS)
            for entry in nested[start : start + size]]  # fmt: skip
    following = start + size if start + size < len(nested) else None
    users = directory.live_from(max(0, start - len(nested))) if following is None else ()
    for user in users:
        if not any(directory.groups.is_member(group, user) for group in groups):
            continue
        if len(page) == size:
            following = len(nested) + user.number
            break
        page.append(_as_member(call, _USER, shown_member(call, user), policy.READ_USERS_BASIC))
    body: Json = {"@odata.context": call.context("directoryObjects")}
    if following is not None:
        body["@odata.nextLink"] = call.next_link("/".join(call.request.path.split("/")[2:]), following)
    return answer(body | {"value": page})


def list_owners(call: Call) -> Response:
    """`GET /groups/{id}/owners`: nobody owns a group here."""
    call.require(policy.READ_GROUPS)
    group_of(call)
    return answer({"@odata.context": call.context("directoryObjects"), "value": []})


def group_of(call: Call) -> Group:
    """The group that the path names, 404 otherwise."""
    group = call.tenant.directory.groups.all.get(call.parts["group"].lower())
    if group is None:
        raise not_found(call.parts["group"])
    return group


def shown_member(call: Call, user: User) -> Json:
    """The properties of a user who is listed as a member of something."""
    return shown(user, tuple(name for name in _names(call, properties.DEFAULT) if name in properties.KNOWN))


def _as_member(call: Call, kind: str, values: Json, permissions: tuple[str, ...]) -> Json:
    """An entry of a list of mixed types; of what the app may not read only type and id are told."""
    if not call.caller.has_any(permissions):
        values = {name: value if name == "id" else None for name, value in values.items()}
    return values if call.parts.get("cast") else {"@odata.type": f"#{kind}", **values}


def _names(call: Call, defaults: tuple[str, ...]) -> tuple[str, ...]:
    """The names in `$select`, of users and of groups; without it the `defaults`."""
    return odata.selected(call.query, properties.KNOWN | GROUP_PROPERTIES, "directoryObject") or defaults


def _columns(call: Call) -> tuple[tuple[str, ...], str]:
    select = odata.selected(call.query, GROUP_PROPERTIES, "group")
    return (GROUP_DEFAULTS, "") if select is None else (select, f"({','.join(select)})")


def _shown_group(group: Group, names: tuple[str, ...]) -> Json:
    empty: Json = {"assignedLicenses": []}
    return {name: group.properties.get(name, empty.get(name)) for name in names if name in GROUP_PROPERTIES}

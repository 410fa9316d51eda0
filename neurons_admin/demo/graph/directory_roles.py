"""Directory roles and who holds them; only read here."""

from collections.abc import Iterator

from neurons_admin.demo import odata, policy, properties, roles
from neurons_admin.demo.dice import object_id
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.graph.filters import Filter
from neurons_admin.demo.graph.users import shown_object
from neurons_admin.demo.groups import ROLE_DEFAULTS
from neurons_admin.demo.odata import answer, not_found
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json, Response

_ROLES = Filter(ROLE_DEFAULTS, "directoryRole")
_ASSIGNMENT = ("id", "principalId", "directoryScopeId", "roleDefinitionId")
_ASSIGNMENTS = Filter(_ASSIGNMENT, "unifiedRoleAssignment")


def list_roles(call: Call) -> Response:
    """`GET /directoryRoles`, all on one page, perhaps with their members (`$expand=members`)."""
    call.require(policy.READ_ROLES)
    unsupported(call.query, "$skip", "$top", "$search", "$orderby")
    if call.query.get("$expand", "members") != "members":
        raise odata.bad_request("Parsing OData Select and Expand failed: only members can be expanded.", "BadRequest")
    select = odata.selected(call.query, ROLE_DEFAULTS, "directoryRole")
    wanted = _ROLES.parse(call.query["$filter"]) if "$filter" in call.query else None
    found = []
    for template_id in roles.NAMES:
        role = call.tenant.directory.groups.role_object(template_id)
        if wanted is None or wanted(role):
            entry = {name: role[name] for name in select or ROLE_DEFAULTS}
            found.append(entry | _expanded(call, template_id))
    context = call.context("directoryRoles" + (f"({','.join(select)})" if select else ""))
    return answer({"@odata.context": context, "value": found})


def list_role_members(call: Call) -> Response:
    """`GET /directoryRoles/{id}/members`, all on one page."""
    call.require(policy.READ_ROLES)
    unsupported(call.query, "$skip", "$top", "$search", "$orderby", "$expand", "$filter")
    names = odata.selected(call.query, properties.KNOWN, "directoryObject") or properties.DEFAULT
    groups = call.tenant.directory.groups
    for template_id in roles.NAMES:
        if groups.role_object(template_id)["id"] == call.parts["role"].lower():
            value = [_member(call, user, names) for user in _holders(call, template_id)]
            return answer({"@odata.context": call.context("directoryObjects"), "value": value})
    raise not_found(call.parts["role"])


def list_assignments(call: Call) -> Response:
    """`GET /roleManagement/directory/roleAssignments`, all on one page."""
    call.require(policy.READ_ROLES)
    unsupported(call.query, "$skip", "$search", "$orderby", "$expand")
    select = odata.selected(call.query, _ASSIGNMENT, "unifiedRoleAssignment") or _ASSIGNMENT
    wanted = _ASSIGNMENTS.parse(call.query["$filter"]) if "$filter" in call.query else None
    found = [entry for entry in _assignments(call) if wanted is None or wanted(entry)]
    value = [{name: entry[name] for name in select} for entry in found]
    return answer({"@odata.context": call.context("roleManagement/directory/roleAssignments"), "value": value})


def _assignments(call: Call) -> Iterator[Json]:
    for template_id in roles.NAMES:
        for user in _holders(call, template_id):
            yield {
                "id": object_id(call.tenant.directory.population.seed, user.number, f"assignment of {template_id}"),
                "principalId": user.id,
                "directoryScopeId": "/",
                "roleDefinitionId": template_id,
            }


def _holders(call: Call, template_id: str) -> list[User]:
    """The live users who hold a role."""
    directory = call.tenant.directory
    found = [directory.user(user_id) for user_id in directory.groups.role_holders(template_id)]
    return [user for user in found if user is not None]


def _expanded(call: Call, template_id: str) -> Json:
    if "$expand" not in call.query:
        return {}
    return {"members": [_member(call, user, properties.DEFAULT) for user in _holders(call, template_id)]}


def _member(call: Call, user: User, names: tuple[str, ...]) -> Json:
    """A member; of one whom the app may not read only type and id are told."""
    entry = shown_object(user, names)
    if call.caller.has_any(policy.READ_USERS):
        return entry
    return {name: value if name in {"id", "@odata.type"} else None for name, value in entry.items()}

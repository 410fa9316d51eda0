"""The table of routes, and the way of a Graph request: authenticate, find the route, answer or refuse."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from neurons_admin.demo import odata
from neurons_admin.demo.graph import (
    authentication,
    deleted_users,
    devices,
    directory_roles,
    group_changes,
    groups,
    managers,
    memberships,
    organization,
    user_changes,
    user_licences,
    users,
)
from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.graph.groups_delta import groups_delta
from neurons_admin.demo.graph.users_delta import users_delta
from neurons_admin.demo.odata import GraphError, bad_request, unauthorized
from neurons_admin.demo.policy import Caller
from neurons_admin.demo.roles import NO_ROLE_AT_ALL
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.wire import Json, Request, Response

Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """One line of the table. `{name}` stands for one path segment; `cost` is in Graph's resource units."""

    method: str
    path: str
    handler: Handler
    cost: int = 1

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The path's parts when the path fits, else None."""
        pattern = self.path.split("/")
        if len(pattern) != len(segments):
            return None
        parts = {}
        for wanted, given in zip(pattern, segments, strict=True):
            if wanted.startswith("{"):
                parts[wanted[1:-1]] = given
            elif wanted.lower() != given.lower():
                return None
        return parts


ROUTES = (
    Route("GET", "users", users.list_users, 2),
    Route("GET", "users/$count", users.count_users),
    Route("GET", "users/delta", users_delta, 2),
    Route("GET", "users/{user}", users.get_user),
    Route("PATCH", "users/{user}", user_changes.patch_user),
    Route("DELETE", "users/{user}", deleted_users.delete_user),
    Route("POST", "users/{user}/revokeSignInSessions", user_changes.revoke_sessions),
    Route("POST", "users/{user}/assignLicense", user_licences.assign_license),
    Route("GET", "users/{user}/licenseDetails", user_licences.license_details),
    Route("GET", "users/{user}/registeredDevices", devices.list_devices_of_user, 2),
    Route("GET", "users/{user}/registeredDevices/{cast}", devices.list_devices_of_user, 2),
    Route("GET", "users/{user}/ownedDevices", devices.list_devices_of_user, 2),
    Route("GET", "users/{user}/ownedDevices/{cast}", devices.list_devices_of_user, 2),
    Route("GET", "devices", devices.list_devices, 2),
    Route("GET", "devices/{device}", devices.get_device),
    Route("GET", "users/{user}/authentication/methods", authentication.list_methods),
    Route("GET", "users/{user}/authentication/methods/{method}", authentication.get_method),
    Route("POST", "users/{user}/authentication/temporaryAccessPassMethods", authentication.create_pass),
    Route("GET", "users/{user}/authentication/{collection}", authentication.list_of_one_sort),
    Route("GET", "users/{user}/authentication/{collection}/{method}", authentication.get_of_one_sort),
    Route("DELETE", "users/{user}/authentication/{collection}/{method}", authentication.delete_method),
    Route("GET", "users/{user}/manager", managers.get_manager),
    Route("GET", "users/{user}/manager/$ref", managers.get_manager_reference),
    Route("PUT", "users/{user}/manager/$ref", managers.set_manager),
    Route("DELETE", "users/{user}/manager/$ref", managers.remove_manager),
    Route("GET", "users/{user}/directReports", managers.list_direct_reports, 2),
    Route("GET", "users/{user}/memberOf", memberships.member_of, 2),
    Route("GET", "users/{user}/memberOf/{cast}", memberships.member_of, 2),
    Route("GET", "users/{user}/transitiveMemberOf", memberships.transitive_member_of, 2),
    Route("GET", "users/{user}/transitiveMemberOf/{cast}", memberships.transitive_member_of, 2),
    Route("POST", "users/{user}/getMemberGroups", memberships.get_member_groups, 2),
    Route("POST", "users/{user}/checkMemberGroups", memberships.check_member_groups, 2),
    Route("GET", "groups", groups.list_groups, 2),
    Route("GET", "groups/delta", groups_delta, 2),
    Route("GET", "groups/{group}", groups.get_group),
    Route("PATCH", "groups/{group}", group_changes.patch_group),
    Route("GET", "groups/{group}/owners", groups.list_owners, 2),
    Route("GET", "groups/{group}/members", groups.list_members, 3),
    Route("GET", "groups/{group}/members/{cast}", groups.list_members, 3),
    Route("GET", "groups/{group}/transitiveMembers", groups.list_transitive_members, 3),
    Route("POST", "groups/{group}/members/$ref", group_changes.add_member),
    Route("DELETE", "groups/{group}/members/{user}/$ref", group_changes.remove_member),
    Route("DELETE", "groups/{group}/members/{user}", group_changes.delete_member_object),
    Route("GET", "directoryRoles", directory_roles.list_roles, 2),
    Route("GET", "directoryRoles/{role}/members", directory_roles.list_role_members, 2),
    Route("GET", "roleManagement/directory/roleAssignments", directory_roles.list_assignments, 2),
    Route("GET", "directory/deletedItems", deleted_users.list_deleted_without_cast),
    Route("GET", "directory/deletedItems/microsoft.graph.user", deleted_users.list_deleted),
    Route("GET", "directory/deletedItems/{object}", deleted_users.get_deleted),
    Route("DELETE", "directory/deletedItems/{object}", deleted_users.purge),
    Route("POST", "directory/deletedItems/{object}/restore", deleted_users.restore),
    Route("GET", "organization", organization.get_organization),
    Route("GET", "subscribedSkus", organization.list_subscribed_skus, 3),
    Route("GET", "applications/{app}", organization.get_application),
)

_REVOKED = (
    "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: "
    "TokenIssuedBeforeRevocationTimestamp"
)
_KEY = re.compile(r"^(users|applications)\((appId=)?'((?:[^']|'')+)'\)$", re.IGNORECASE)


@dataclass
class Exchange:
    """What became of one Graph request, for the journal."""

    response: Response
    caller: Caller | None = None


def answer(tenant: Tenant, request: Request) -> Exchange:
    """The answer to one request below the Graph root."""
    exchange = Exchange(Response(500))
    try:
        exchange.caller = _authenticate(tenant, request)
        route, parts = _find(request)
        response = route.handler(Call(tenant, request, exchange.caller, parts))
        exchange.response = Response(
            response.status,
            response.body,
            {"x-ms-resource-unit": str(route.cost), **response.headers},
            response.content_type,
        )
    except GraphError as error:
        exchange.response = odata.error_response(error, request)
    return exchange


def _authenticate(tenant: Tenant, request: Request) -> Caller:
    claims: Json = tenant.signer.check(request.headers.get("authorization", ""), request.received)
    app = tenant.apps.by_client_id(claims["appid"])
    if app is None or not app.has_service_principal:
        message = "The identity of the calling application could not be established."
        raise unauthorized(message, "Authorization_IdentityNotFound", authority=tenant.authority)
    if claims.get("rh", app.revalidation) != app.revalidation:
        raise unauthorized(_REVOKED, authority=tenant.authority)
    granted = frozenset(claims.get("roles", ()))
    return Caller(app.key, app.client_id, granted, frozenset(claims.get("wids", ())) - {NO_ROLE_AT_ALL})


def _find(request: Request) -> tuple[Route, dict[str, str]]:
    segments = _segments(request.path)
    allowed = []
    for route in ROUTES:
        parts = route.match(segments)
        if parts is not None and route.method == request.method:
            return route, parts
        if parts is not None:
            allowed.append(route.method)
    if allowed:
        text = "Specified HTTP method is not allowed for the request target."
        raise GraphError(405, "Request_BadRequest", text, {"Allow": ", ".join(allowed)})
    raise bad_request(f"Resource not found for the segment '{(segments or [''])[0]}'.", "BadRequest")


def _segments(path: str) -> list[str]:
    """The path below the version as decoded segments; a key in brackets becomes a segment of its own."""
    segments: list[str] = []
    for raw in path.split("/")[2:]:
        text = unquote(raw).removesuffix("()")
        key = _KEY.match(text)
        if key:
            segments += [key[1], key[3].replace("''", "'")]
        elif text:
            segments.append(text)
    return segments

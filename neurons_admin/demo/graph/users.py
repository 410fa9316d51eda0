"""Reading users: the list, one of them, their count."""

import re
from typing import Any

from neurons_admin.demo import odata, policy, properties, sign_ins
from neurons_admin.demo.graph import filters
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.odata import answer, bad_request
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json, Response

_MOST_WITH_SIGN_INS = 500
_EXPAND = re.compile(r"manager(?:\(\$select=([\w,]+)\))?")


def shown(user: User, names: tuple[str, ...]) -> Json:
    """The properties of a user as a read returns them: one that was never set is null here."""
    return {name: _value(user, name) for name in names}


def shown_object(user: User, names: tuple[str, ...]) -> Json:
    """The same in a place where there might be an object of another type."""
    return {"@odata.type": "#microsoft.graph.user", **shown(user, names)}


def _value(user: User, name: str) -> Any:
    if name == "passwordProfile":
        flags = user.properties.get(name)
        return flags and {"password": None, **flags}
    if name == "deletedDateTime":
        return user.deleted
    if name == "signInActivity":
        return sign_ins.activity_of(user)
    value = user.properties.get(name)
    return [] if value is None and name in properties.LISTS else value


def columns(call: Call) -> tuple[tuple[str, ...], str]:
    """The properties asked for, after a look at whether this caller may read them, and how the context names them."""
    select = odata.selected(call.query, properties.KNOWN, "user")
    policy.require_read(call.caller, select)
    if select is None:
        return policy.readable_defaults(call.caller), ""
    return select, f"({','.join(select)})"


def list_users(call: Call) -> Response:
    """`GET /users`, 100 a page unless `$top` says otherwise."""
    names, context = columns(call)
    _check_query(call)
    most = _MOST_WITH_SIGN_INS if "signInActivity" in names else odata.MAX_PAGE
    size = odata.top(call.query, most=most)
    start, wanted = call.place(), filters.parse(call.query["$filter"]) if "$filter" in call.query else None
    page: list[Json] = []
    following = None
    for user in call.tenant.directory.live_from(start):
        if wanted is not None and not wanted(user):
            continue
        if len(page) == size:
            following = user.number
            break
        page.append(shown(user, names))
    body: Json = {"@odata.context": call.context(f"users{context}")}
    if _wants_count(call) and not start:
        body["@odata.count"] = sum(1 for user in call.tenant.directory.live_from(0) if wanted is None or wanted(user))
    if not context:
        body["@microsoft.graph.tips"] = "Use $select to choose only the properties your app needs."
    if following is not None:
        body["@odata.nextLink"] = call.next_link("users", following)
    return answer(body | {"value": page})


def count_users(call: Call) -> Response:
    """`GET /users/$count`: a bare number, and only for callers who accept an index that lags."""
    call.require(policy.READ_USERS)
    if call.request.headers.get("consistencylevel", "").lower() != "eventual":
        raise bad_request("$count is not currently supported.")
    count = sum(1 for _ in call.tenant.directory.live_from(0))
    return Response(200, str(count).encode(), {}, "text/plain")


def get_user(call: Call) -> Response:
    """`GET /users/{object id or UPN}`, perhaps with the manager (`$expand=manager`)."""
    names, context = columns(call)
    if "signInActivity" in names and "@" in call.parts["user"]:
        raise bad_request("Get By Key only supports UserId and the key has to be a valid Guid", "BadRequest")
    body = {"@odata.context": call.context(f"users{context}/$entity")}
    user = call.user()
    return answer(body | shown(user, names) | _expanded(call, user))


def _expanded(call: Call, user: User) -> Json:
    """What `$expand=manager` adds to a user; nothing where it was not asked for or there is no manager."""
    asked = call.query.get("$expand")
    if asked is None:
        return {}
    match = _EXPAND.fullmatch(asked)
    if match is None:
        raise bad_request(f"Parsing OData Select and Expand failed: '{asked[:60]}'.", "BadRequest")
    names = odata.selected({"$select": match[1] or ""}, properties.KNOWN, "user") or properties.DEFAULT
    policy.require_read(call.caller, names)
    call.require(policy.READ_USERS)
    manager = call.tenant.directory.user(user.manager_id or "")
    return {} if manager is None else {"manager": shown_object(manager, names)}


def _check_query(call: Call) -> None:
    unsupported(call.query, "$skip", "$expand")
    if "$search" in call.query:
        if call.request.headers.get("consistencylevel", "").lower() != "eventual":
            raise bad_request(
                "Request with $search query parameter only works through MSGraph with a special request header: "
                "'ConsistencyLevel: eventual'",
                "Request_UnsupportedQuery",
            )
        unsupported(call.query, "$search")
    if call.query.get("$orderby", "displayName") not in {"displayName", "userPrincipalName"}:
        raise bad_request("Unsupported sort property for 'User'.", "Request_UnsupportedQuery")


def _wants_count(call: Call) -> bool:
    is_eventual = call.request.headers.get("consistencylevel", "").lower() == "eventual"
    return is_eventual and call.query.get("$count", "").lower() == "true"

"""A user's authentication methods: all of them, those of one sort, their end, and temporary access passes."""

import uuid

from neurons_admin.demo import methods
from neurons_admin.demo.directory import Change
from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.odata import GraphError, answer, bad_request, denied, json_body, no_content
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json, Response

_READ = ("UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All")
_WRITE = ("UserAuthenticationMethod.ReadWrite.All",)
_NO_PASSES = (
    "Converged UserCredentialPolicy does not allow creating or updating this authentication method. "
    "AuthMethodType [TemporaryAccessPass]."
)


def list_methods(call: Call) -> Response:
    """`GET /users/{id}/authentication/methods`: of all sorts, each with its type."""
    call.require(_READ)
    user = call.user()
    value = [_typed(call, method) for method in _methods(call, user)]
    return answer({"@odata.context": _context(call, user, "methods"), "value": value})


def get_method(call: Call) -> Response:
    """`GET /users/{id}/authentication/methods/{id}`."""
    call.require(_READ)
    user = call.user()
    body = {"@odata.context": _context(call, user, "methods/$entity")}
    return answer(body | _typed(call, methods.find(_methods(call, user), call.parts["method"])))


def list_of_one_sort(call: Call) -> Response:
    """`GET /users/{id}/authentication/{collection}`."""
    collection = _collection(call)
    call.require((*_READ, *_own_permissions(collection, "Read", "ReadWrite")))
    user = call.user()
    found = [_shown(call, method) for method in _methods(call, user) if method["collection"] == collection]
    return answer({"@odata.context": _context(call, user, collection), "value": found})


def get_of_one_sort(call: Call) -> Response:
    """`GET /users/{id}/authentication/{collection}/{id}`."""
    collection = _collection(call)
    call.require((*_READ, *_own_permissions(collection, "Read", "ReadWrite")))
    user = call.user()
    body = {"@odata.context": _context(call, user, f"{collection}/$entity")}
    return answer(body | _shown(call, methods.find(_methods(call, user), call.parts["method"], collection)))


def delete_method(call: Call) -> Response:
    """`DELETE /users/{id}/authentication/{collection}/{id}`; an app must name the sort, and a password stays."""
    if call.parts["collection"].lower() in {"methods", methods.PASSWORD.lower()}:
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.",
                         {"Allow": "GET"})  # fmt: skip
    collection = _collection(call)
    call.require((*_WRITE, *_own_permissions(collection, "ReadWrite")))
    with call.tenant.directory.lock:
        user = _changeable(call)
        kept = _methods(call, user)
        _keep(call, user, methods.without(kept, methods.find(kept, call.parts["method"], collection)))
    return no_content()


def create_pass(call: Call) -> Response:
    """`POST /users/{id}/authentication/temporaryAccessPassMethods`: the only answer that tells the pass itself."""
    call.require((*_WRITE, *_own_permissions(methods.PASS, "ReadWrite")))
    with call.tenant.directory.lock:
        user = _changeable(call)
        made = methods.new_pass(json_body(call.request), call.now, str(uuid.uuid4()))
        if not call.tenant.settings.temporary_access_pass:
            raise bad_request(_NO_PASSES)
        others = [method for method in _methods(call, user) if method["collection"] != methods.PASS]
        _keep(call, user, [*others, made])
    body = {"@odata.context": _context(call, user, f"{methods.PASS}/$entity"), **_shown(call, made)}
    return answer(body | {"temporaryAccessPass": methods.new_pass_secret()}, 201)


def _collection(call: Call) -> str:
    wanted = call.parts["collection"]
    for collection in methods.KINDS:
        if collection.lower() == wanted.lower():
            return collection
    raise bad_request(f"Resource not found for the segment '{wanted}'.", "BadRequest")


def _own_permissions(collection: str, *rights: str) -> tuple[str, ...]:
    return tuple(f"UserAuthMethod-{methods.KINDS[collection].permission}.{right}.All" for right in rights)


def _changeable(call: Call) -> User:
    """The user of the path, unless a restricted administrative unit protects them.

    An app's permission alone reaches everybody else, the administrators too.
    """
    user = call.user()
    if call.tenant.directory.groups.rank(user).is_restricted:
        raise denied()
    return user


def _methods(call: Call, user: User) -> list[Json]:
    return methods.of(user, call.tenant.directory.population.seed)


def _keep(call: Call, user: User, left: list[Json]) -> None:
    call.tenant.directory.apply(Change("update", user.id, call.now, {methods.PROPERTY: left}))


def _shown(call: Call, method: Json) -> Json:
    return methods.shown(method, call.now, passes_allowed=call.tenant.settings.temporary_access_pass)


def _typed(call: Call, method: Json) -> Json:
    type_name = methods.KINDS[method["collection"]].type_name
    return {"@odata.type": f"#microsoft.graph.{type_name}", **_shown(call, method)}


def _context(call: Call, user: User, what: str) -> str:
    return call.context(f"users('{user.id}')/authentication/{what}")

"""Who reports to whom: reading, setting and removing a manager."""

from neurons_admin.demo import odata, policy
from neurons_admin.demo.directory import Change
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.graph.references import referenced_user
from neurons_admin.demo.graph.users import columns, shown_object
from neurons_admin.demo.odata import answer, json_body, mastered_on_premises, no_content, not_found
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Response


def get_manager(call: Call) -> Response:
    """`GET /users/{id}/manager`; 404 also says that there is none."""
    names, _ = columns(call)
    call.require(policy.READ_USERS)
    body = {"@odata.context": call.context("directoryObjects/$entity")}
    return answer(body | shown_object(_manager(call, call.user()), names))


def get_manager_reference(call: Call) -> Response:
    """`GET /users/{id}/manager/$ref`: where the manager is to be found."""
    call.require(policy.READ_USERS)
    manager = _manager(call, call.user())
    body = {
        "@odata.context": call.context("$ref"),
        "@odata.id": f"{call.tenant.graph_url}/directoryObjects/{manager.id}",
    }
    return answer(body)


def set_manager(call: Call) -> Response:
    """`PUT /users/{id}/manager/$ref`; to set the same again is as good."""
    call.require(policy.WRITE_MANAGER)
    directory = call.tenant.directory
    with directory.lock:
        user = _changeable_user(call)
        manager = referenced_user(call, json_body(call.request).get("@odata.id"))
        directory.apply(Change("update", user.id, call.now, manager_id=manager.id))
    return no_content()


def remove_manager(call: Call) -> Response:
    """`DELETE /users/{id}/manager/$ref`; 404 where there is none."""
    call.require(policy.WRITE_MANAGER)
    directory = call.tenant.directory
    with directory.lock:
        user = _changeable_user(call)
        _manager(call, user)
        directory.apply(Change("update", user.id, call.now, manager_id=""))
    return no_content()


def list_direct_reports(call: Call) -> Response:
    """`GET /users/{id}/directReports`, all on one page."""
    names, _ = columns(call)
    call.require(policy.READ_USERS)
    unsupported(call.query, "$skip", "$expand", "$search", "$filter", "$orderby")
    reports = call.tenant.directory.reports_of(call.user())[: odata.top(call.query, default=odata.MAX_PAGE)]
    body = {"@odata.context": call.context("directoryObjects")}
    return answer(body | {"value": [shown_object(user, names) for user in reports]})


def _changeable_user(call: Call) -> User:
    user = call.user()
    policy.require_unrestricted(call.tenant.directory.groups.rank(user))
    if user.is_synced:
        raise mastered_on_premises()
    return user


def _manager(call: Call, user: User) -> User:
    manager = call.tenant.directory.user(user.manager_id or "")
    if manager is None:
        raise not_found("manager")
    return manager

"""`GET /users/delta`: links are followed verbatim, and whoever comes too late begins again."""

from neurons_admin.demo import odata, policy, properties
from neurons_admin.demo.delta import Bookmark, Page
from neurons_admin.demo.graph import filters
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.odata import GraphError
from neurons_admin.demo.wire import GRAPH_JSON, Response, to_json

_SELECTABLE = properties.KNOWN | {"manager"}


def users_delta(call: Call) -> Response:
    """One page of a round. Page size: `Prefer: odata.maxpagesize`, sent with each request, else the tenant's own."""
    call.require(policy.READ_USERS)
    unsupported(call.query, "$top", "$expand", "$orderby", "$skip", "$search")
    page = _page(call)
    name, parameter = ("@odata.deltaLink", "deltatoken") if page.is_last else ("@odata.nextLink", "skiptoken")
    link = call.link("users/delta", **{parameter: call.seal(page.next.as_json())})
    head = to_json({"@odata.context": call.context("users"), name: link})
    body = b'%s,"value":[%s]}' % (head[:-1], b",".join(page.rows))
    preferred = odata.preferred_page_size(call.request)
    headers = {} if preferred is None else {"Preference-Applied": f"odata.maxpagesize={preferred}"}
    return Response(200, body, headers, GRAPH_JSON)


def _page(call: Call) -> Page:
    delta = call.tenant.delta
    if call.query.get("$deltatoken") == "latest":
        return delta.latest(*_asked(call))
    size = odata.preferred_page_size(call.request) or call.tenant.settings.page_size
    return delta.page(_bookmark(call), size, minimal=odata.prefers_minimal(call.request))


def _bookmark(call: Call) -> Bookmark:
    token = call.query.get("$skiptoken") or call.query.get("$deltatoken")
    if not token:
        return call.tenant.delta.first(*_asked(call))
    try:
        return call.tenant.delta.resume(call.unseal(token))
    except GraphError as error:
        if error.status == 410:
            error.headers["Location"] = call.link("users/delta", deltatoken="")
        raise


def _asked(call: Call) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The properties to report and watch (without `$select` the default ones only), and the ids to stay with."""
    select = odata.selected(call.query, _SELECTABLE, "user") or properties.DEFAULT
    policy.require_read(call.caller, select)
    only = filters.ids(call.query["$filter"]) if "$filter" in call.query else ()
    return select, only

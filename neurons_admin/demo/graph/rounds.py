"""What `users/delta` and `groups/delta` have in common: links that are followed verbatim, and one's coming too late."""

from collections.abc import Callable

from neurons_admin.demo import odata
from neurons_admin.demo.delta import Bookmark, Page, Rounds
from neurons_admin.demo.graph.call import Call, unsupported
from neurons_admin.demo.odata import GraphError
from neurons_admin.demo.wire import GRAPH_JSON, Response, to_json

Asked = tuple[tuple[str, ...], tuple[str, ...]]
"""The properties to report and watch, and the object ids to stay with."""


def answer_round(call: Call, rounds: Rounds, asked: Callable[[Call], Asked]) -> Response:
    """One page of a round. Page size: `Prefer: odata.maxpagesize`, sent with each request, else the tenant's own."""
    unsupported(call.query, "$top", "$expand", "$orderby", "$skip", "$search")
    page = _page(call, rounds, asked)
    name, parameter = ("@odata.deltaLink", "deltatoken") if page.is_last else ("@odata.nextLink", "skiptoken")
    link = call.link(f"{rounds.of}/delta", **{parameter: call.seal(page.next.as_json())})
    head = to_json({"@odata.context": call.context(rounds.of), name: link})
    body = b'%s,"value":[%s]}' % (head[:-1], b",".join(page.rows))
    preferred = odata.preferred_page_size(call.request)
    headers = {} if preferred is None else {"Preference-Applied": f"odata.maxpagesize={preferred}"}
    return Response(200, body, headers, GRAPH_JSON)


def _page(call: Call, rounds: Rounds, asked: Callable[[Call], Asked]) -> Page:
    if call.query.get("$deltatoken") == "latest":
        return rounds.latest(*asked(call))
    size = odata.preferred_page_size(call.request) or call.tenant.settings.page_size
    return rounds.page(_bookmark(call, rounds, asked), size, minimal=odata.prefers_minimal(call.request))


def _bookmark(call: Call, rounds: Rounds, asked: Callable[[Call], Asked]) -> Bookmark:
    token = call.query.get("$skiptoken") or call.query.get("$deltatoken")
    if not token:
        return rounds.first(*asked(call))
    try:
        return rounds.resume(call.unseal(token))
    except GraphError as error:
        if error.status == 410:
            error.headers["Location"] = call.link(f"{rounds.of}/delta", deltatoken="")
        raise

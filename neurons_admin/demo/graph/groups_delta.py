"""`GET /groups/delta`."""

from neurons_admin.demo import odata, policy
from neurons_admin.demo.graph import filters
from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.graph.rounds import Asked, answer_round
from neurons_admin.demo.groups import GROUP_DEFAULTS, GROUP_PROPERTIES
from neurons_admin.demo.wire import Response

_SELECTABLE = GROUP_PROPERTIES | {"members"}


def groups_delta(call: Call) -> Response:
    """One page of a round."""
    call.require(policy.LIST_GROUPS)
    return answer_round(call, call.tenant.group_delta, _asked)


def _asked(call: Call) -> Asked:
    """Without `$select` all members are told beside the default properties."""
    select = odata.selected(call.query, _SELECTABLE, "group") or (*GROUP_DEFAULTS, "members")
    only = filters.ids(call.query["$filter"], "group") if "$filter" in call.query else ()
    return select, only

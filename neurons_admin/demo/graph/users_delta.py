"""`GET /users/delta`."""

from neurons_admin.demo import odata, policy, properties
from neurons_admin.demo.graph import filters
from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.graph.rounds import Asked, answer_round
from neurons_admin.demo.wire import Response

_SELECTABLE = properties.KNOWN | {"manager"}


def users_delta(call: Call) -> Response:
    """One page of a round."""
    call.require(policy.READ_USERS)
    return answer_round(call, call.tenant.delta, _asked)


def _asked(call: Call) -> Asked:
    """Without `$select` only the default properties are reported and watched."""
    select = odata.selected(call.query, _SELECTABLE, "user") or properties.DEFAULT
    policy.require_read(call.caller, select)
    only = filters.ids(call.query["$filter"]) if "$filter" in call.query else ()
    return select, only

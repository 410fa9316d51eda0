"""A synchronisation that got no further: when to try again, or what was wrong and what to do next."""

from typing import Final

from connectors.graph import GraphError, StartOver, TryLater
from connectors.graph.explanations import explanation_of
from connectors.graph.graph_problems import DENIED
from connectors.models import STREAMS

from .chosen_groups import CHOSEN_GROUP

FIRST_WAIT: Final = 10.0
LONGEST_WAIT: Final = 1800.0

NO_FURTHER: Final = "Given up after {} attempts that got no further: look at the log, then synchronise again."
LACKS: Final = "Microsoft refused: the credential lacks a permission to read, or its consent was withdrawn."
LATER: Final = "Synchronise again later; if it lasts, look at Microsoft's service health."
CHECK: Final = "Check the credential, then synchronise again. If it fails in the same way, ask Microsoft's support."
# The other explanations are of what is done to one person: their cures would be wrong advice here.
FITTING: Final = frozenset({
    "app_gone", "circle", "elsewhere", "foreign_link", "graph_unreachable", "no_end", "no_token", "not_a_page",
    "not_graph", "token_refused", "wrong_audience",
})  # fmt: skip
ANOTHER_CREDENTIAL: Final = "Choose or fill in a credential under Connection of the connector, then synchronise again."
# Their own messages say what to do.
WHOLE: Final = frozenset({CHOSEN_GROUP, "secret_unreadable", "sign_in_unreachable"})


def in_full(error: GraphError, permission: str, story: str = "") -> str:
    """What ended it, the story of that, and what to do next; `permission` is what the reading in progress needs."""
    told, cure = _told(error), next_step(error, permission)
    return f"{told}{story}" if not cure or cure in told else f"{told}{story} {cure}"


def left_out(error: GraphError, stream: str, permission: str) -> str:
    """What is said beside a stream that was refused while others were read."""
    lacks = f"the credential may lack {permission}" if error.status == 403 else str(error)
    return f"{STREAMS[stream]} were not read: {lacks}"[:500].rstrip(".") + "."


def next_step(error: GraphError, permission: str) -> str:
    """What to do about it; empty where the error's own message says so."""
    if _is_denied(error):
        return _grant(permission)
    explanation = explanation_of(error.code, error.detail, error.status)
    kind = explanation.kind if explanation else error.code
    if kind == "no_credential":
        return ANOTHER_CREDENTIAL
    if kind in WHOLE:
        return ""
    if explanation and (kind in FITTING or explanation.cure in str(error)):
        return explanation.cure
    return LATER if isinstance(error, TryLater | StartOver) else CHECK


def seconds_to_wait(error: TryLater, attempts: int) -> float:
    """How long to leave Microsoft alone: as long as it says, else longer from one attempt to the next."""
    return min(error.retry_after or FIRST_WAIT * 2 ** max(attempts - 1, 0), LONGEST_WAIT)


def _told(error: GraphError) -> str:
    """Without what is said of persons, who may be protected: here nobody is acted on."""
    return LACKS if _is_denied(error) else str(error)


def _is_denied(error: GraphError) -> bool:
    return explanation_of(error.code, error.detail, error.status) is DENIED


def _grant(permission: str) -> str:
    return (
        f"For reading it needs {permission}: have an administrator grant it in Entra under API permissions, with admin"
        " consent. Then check the credential and synchronise again."
    )

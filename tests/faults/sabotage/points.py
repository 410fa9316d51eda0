"""The points where a process can be made to die or to wait, each "before" or "after" something:

claim    the worker takes the run up (until it is committed)
token    a request to the sign-in endpoint
read     a GET to Graph
fence    "about to send" is written down (until it is committed)
call     the change itself: any other request to Graph
settle   any other change of a run's state (until it is committed)
ring     a message to the broker
pass     one pass of the sweeper, while it holds the lock
"""

import functools
import os
from collections.abc import Callable
from typing import Any

from django.conf import settings

from connectors import actions
from connectors.graph import wire
from neurons_admin import doorbell
from people.models import ActionRun
from people.models import run as runs
from people.models.run import ActionRunQuerySet
from people.sweeper import Sweeper
from tests.faults.sabotage.orders import obey

Name = Callable[..., tuple[str, str]]
# For a process that is to pass for one of an older version: the format it knows, and an action it does not know.
FORMAT = "SABOTAGE_FORMAT"
WITHOUT = "SABOTAGE_WITHOUT"


def install() -> None:
    """Wrap what is done at the points. A name that is no longer there fails here, and so each process at its start."""
    _wrap(wire, "exchange", _of_exchange)
    _wrap(ActionRunQuerySet, "move", _of_move)
    _wrap(doorbell, "ring", lambda task, row_id: ("ring", f"{task} {row_id}"))
    _wrap(Sweeper, "_pass", lambda sweeper: ("pass", ""))
    runs.FORMAT = int(os.environ.get(FORMAT, runs.FORMAT))
    actions.BY_KEY.pop(os.environ.get(WITHOUT, ""), None)


def _wrap(place: Any, name: str, describe: Name) -> None:
    original = getattr(place, name)

    @functools.wraps(original)
    def sabotaged(*args: Any, **kwargs: Any) -> Any:
        point, subject = describe(*args, **kwargs)
        obey(f"before {point}", subject)
        result = original(*args, **kwargs)
        obey(f"after {point}", subject)
        return result

    setattr(place, name, sabotaged)


def _of_exchange(session: Any, method: str, url: str, **_: Any) -> tuple[str, str]:
    if not url.startswith(settings.GRAPH_URL):
        return "token", url
    return "read" if method == "GET" else "call", f"{method} {url}"


def _of_move(runs: Any, run: ActionRun, to: str, reason: str, **columns: Any) -> tuple[str, str]:
    subject = f"{run.pk} {run.account.object_id} {to}"
    if to != ActionRun.State.RUNNING:
        return "settle", subject
    return "fence" if columns.get("sent_at") else "claim", subject

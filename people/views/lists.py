"""The two long lists: people, and what has been done."""

from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.db.models import Min, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from connectors import actions
from connectors.models import Connector
from neurons_admin.http import Request
from neurons_admin.ui import keyset
from people.models import ActionRun, Match, Person
from people.permissions import MATCH
from people.views.rows import RunRow

ORDERS: Final = {
    "name": ("sort_key", "id"),
    "-name": ("-sort_key", "-id"),
    "department": ("department", "sort_key", "id"),
    "-department": ("-department", "-sort_key", "-id"),
}
# Counting stops here, so that a page need not wait for the end of a very long list.
MOST_PEOPLE: Final = 100_000
MOST_RUNS: Final = 10_000
MOST_MATCHES: Final = 100
# So many are sorted sooner than found one by one in a long list.
FEW: Final = 10_000
TYPES: Final = (("member", "Member"), ("guest", "Guest"))
SOURCES: Final = (("cloud", "Cloud"), ("ad", "Active Directory"))


@require_safe
@permission_required("people.view_person", raise_exception=True)
def people(request: Request) -> HttpResponse:
    """Everybody, searched and filtered by what stands in the URL."""
    found = _filtered(request)
    total = keyset.counted(found, MOST_PEOPLE)
    connectors = list(Connector.objects.values_list("pk", "name"))
    context = {
        "page": _page(request, found, total),
        "total": total,
        "match_count": _match_count(request) if len(connectors) > 1 else 0,
        "connectors": connectors if len(connectors) > 1 else [],
        "states": Person.State.choices,
        "types": TYPES,
        "sources": SOURCES,
        "as_of": Connector.objects.filter(active=True).aggregate(oldest=Min("last_synced_at"))["oldest"],
        "has_connectors": bool(connectors),
        "is_filtered": any(
            request.GET.get(name) for name in ("q", "state", "type", "source", "connector", "department")
        ),
    }
    return render(request, "people/list.html", context)


def _match_count(request: Request) -> int | None:
    """How many matches wait for a decision of this user; None for very many."""
    return keyset.counted(Match.objects.open(), MOST_MATCHES) if request.user.has_perm(MATCH) else 0


def _page(request: Request, found: QuerySet[Person], total: int | None) -> keyset.Page[Person]:
    order = ORDERS.get(request.GET.get("sort", ""), ORDERS["name"])
    few = bool(request.GET.get("q")) and total is not None and total <= FEW
    return keyset.page_of(request, found.defer("search"), order, few=few)


def _filtered(request: Request) -> QuerySet[Person]:
    asked = request.GET
    found = Person.objects.matching(asked.get("q", ""))
    if asked.get("state") in Person.State.values:
        found = found.filter(state=asked["state"])
    if asked.get("type") in dict(TYPES):
        found = found.filter(guest=asked["type"] == "guest")
    if asked.get("source") in dict(SOURCES):
        found = found.filter(synced=asked["source"] == "ad")
    if asked.get("department"):
        found = found.filter(department=asked["department"])
    if asked.get("connector"):
        found = found.from_connector(_uuid(asked["connector"]))
    return found


def _uuid(text: str) -> UUID | None:
    """The id written in a URL; None, which matches nothing, for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


@require_safe
@permission_required("people.view_actionrun", raise_exception=True)
def activity(request: Request) -> HttpResponse:
    """Every run, the newest first."""
    found = ActionRun.objects.for_list()
    asked = request.GET
    if asked.get("state") in ActionRun.State.values:
        found = found.filter(state=asked["state"])
    if asked.get("action") in actions.BY_KEY:
        found = found.filter(action=asked["action"])
    if asked.get("who") == "me":
        found = found.filter(asked_by=request.user)
    page = keyset.page_of(request, found, ("-created_at", "-id"))
    context = {
        "rows": [RunRow(run, request.user) for run in page.rows],
        "page": page,
        "total": keyset.counted(found, MOST_RUNS),
        "states": ActionRun.State.choices,
        "actions": [(action.key, action.label) for action in actions.ALL],
        "is_filtered": any(asked.get(name) for name in ("state", "action", "who")),
    }
    return render(request, "people/activity.html", context)

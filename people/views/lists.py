"""The two long lists: people, and what has been done."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.db.models import Min, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from connectors import actions
from connectors.models import Connector
from neurons_admin.http import Request
from neurons_admin.ui import keyset
from people import policy
from people.models import ActionRun, Match, Person
from people.permissions import MATCH
from people.views.rows import RunRow
from people.views.seen import Finding, as_seen

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
    """Everybody whom one sees, searched and filtered by what stands in the URL."""
    found = _filtered(request)
    total = keyset.counted(found, MOST_PEOPLE)
    seen = policy.visible_connectors(request.user, Connector.objects.all())
    connectors = list(seen.values_list("pk", "name"))
    page = _page(request, found, total)
    context = {
        "page": replace(page, rows=as_seen(request.user, page.rows)),
        "total": total,
        "match_count": _match_count(request) if len(connectors) > 1 else 0,
        "connectors": connectors if len(connectors) > 1 else [],
        "states": Person.State.choices,
        "types": TYPES,
        "sources": SOURCES,
        "as_of": seen.filter(active=True).aggregate(oldest=Min("last_synced_at"))["oldest"],
        "has_connectors": bool(connectors),
        "is_limited": policy.is_limited(request.user),
        "is_filtered": any(
            request.GET.get(name) for name in ("q", "state", "type", "source", "connector", "department")
        ),
    }
    return render(request, "people/list.html", context)


def _match_count(request: Request) -> int | None:
    """How many matches wait for a decision of this user; None for very many."""
    if not request.user.has_perm(MATCH):
        return 0
    return keyset.counted(policy.visible_matches(request.user, Match.objects.open()), MOST_MATCHES)


def _page(request: Request, found: QuerySet[Person], total: int | None) -> keyset.Page[Person]:
    # The department is that of the first account, which is not everybody's to see, not even in the place of a page.
    orders = {name: ORDERS[name] for name in ("name", "-name")} if policy.is_limited(request.user) else ORDERS
    order = orders.get(request.GET.get("sort", ""), ORDERS["name"])
    few = bool(request.GET.get("q")) and total is not None and total <= FEW
    return keyset.page_of(request, found.defer("search"), order, few=few)


def _filtered(request: Request) -> QuerySet[Person]:
    asked, finding = request.GET, Finding(request.user)
    finding.matching(asked.get("q", ""))
    if asked.get("state") in Person.State.values:
        finding.in_state(asked["state"])
    if asked.get("type") in dict(TYPES):
        is_guest = asked["type"] == "guest"
        guest = Q(user_type__iexact="guest")
        finding.having(Q(guest=is_guest), guest if is_guest else ~guest)
    if asked.get("source") in dict(SOURCES):
        synced = Q(synced=True)
        finding.having(Q(synced=asked["source"] == "ad"), synced if asked["source"] == "ad" else ~synced)
    if asked.get("department"):
        finding.having(Q(department=asked["department"]), Q(department=asked["department"]))
    if asked.get("connector"):
        finding.from_connector(_uuid(asked["connector"]))
    return finding.found


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
    found = policy.visible_runs(request.user, among=ActionRun.objects.for_list())
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

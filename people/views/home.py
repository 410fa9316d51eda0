"""Home: what needs a person, and how things go. Each part for those who may see what it is about."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from connectors import home as connectors_home
from neurons_admin.access.models import User
from neurons_admin.http import Request
from neurons_admin.ui.charts import Bars
from neurons_admin.ui.parts import Need
from people import home as people_home
from people import policy
from people.permissions import APPROVE, SEE, SEE_RUNS

SEE_CONNECTORS: Final = "connectors.view_connector"
SEE_CREDENTIALS: Final = "credentials.view_credential"
# The rest stands on the list that the block leads to.
MOST_SHOWN: Final = 5


@dataclass(frozen=True)
class Block:
    """What needs a person, of one kind. `url` leads to the list of all `place`, of that kind or what has it."""

    id: str
    title: str
    place: str
    url: str
    needs: list[Need]

    @property
    def count(self) -> int:
        return sum(need.count for need in self.needs)

    @property
    def shown(self) -> list[Need]:
        return self.needs[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.needs) - MOST_SHOWN)


@require_safe
def home(request: Request) -> HttpResponse:
    """The page where everybody begins."""
    user = request.user
    sees_runs, sees_connectors = user.has_perm(SEE_RUNS), user.has_perm(SEE_CONNECTORS)
    blocks = [block for block in _blocks(user) if block.needs]
    context = {
        "blocks": blocks,
        "count": sum(block.count for block in blocks),
        "has_role": bool(user.get_all_permissions()),
        "runs_per_day": people_home.runs_per_day(policy.runs_of_numbers(user)) if sees_runs else None,
        "people_by_state": _people_by_state(user) if user.has_perm(SEE) else None,
        "freshness": connectors_home.freshness() if sees_connectors else None,
    }
    return render(request, "home.html", context)


def _people_by_state(user: User) -> Bars:
    return people_home.people_by_state(policy.visible_people(user) if policy.is_limited(user) else None)


def _blocks(user: User) -> list[Block]:
    """Only what the user may see is looked for."""
    blocks = []
    if user.has_perm(SEE_RUNS):
        blocks.append(
            Block("runs", "Runs", "runs", reverse("people:activity"), people_home.runs(policy.runs_of_numbers(user)))
        )
    if user.has_perm(APPROVE):
        found = people_home.waiting_for(user)
        blocks.append(Block("approvals", "Agreement", "that waits", reverse("people:approvals"), found))
    if user.has_perm(SEE_CONNECTORS):
        found = connectors_home.synchronisations()
        blocks.append(Block("syncs", "Synchronisations", "connectors", reverse("connectors:list"), found))
    sees_credentials = user.has_perm(SEE_CREDENTIALS)
    if sees_credentials or user.has_perm(SEE_CONNECTORS):
        place = "credentials" if sees_credentials else "connectors"
        found = connectors_home.credentials_for(user)
        blocks.append(Block("credentials", "Credentials", place, reverse(f"{place}:list"), found))
    return blocks

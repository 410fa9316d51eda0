"""A person's page: who they are, what can be done for them, what has been done."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from connectors.actions import DisableAccount
from connectors.graph import GraphError
from neurons_admin.access.models import User
from neurons_admin.http import Request
from neurons_admin.ui import keyset
from neurons_admin.ui.parts import Entry, Group, Tab
from people import policy, protection, reach, services
from people.models import Account, ActionRun, Match, Person, counted
from people.permissions import MATCH, OVERRIDE, SEE
from people.views.gate import account_for
from people.views.rows import RunRow
from people.views.seen import of_accounts

LATEST = 8
NOT_THEIRS = "Your role does not include these actions."


@dataclass(frozen=True)
class Subject:
    """The person shown, with their accounts and the one that the menu acts on."""

    person: Person
    accounts: list[Account]
    chosen: Account | None


def subject_of(request: Request, pk: int) -> Subject:
    """The person with the account that `?account=` names, else the first that is still there. Raises Http404."""
    user = request.user
    person = get_object_or_404(policy.visible_people(user).defer("search"), pk=pk)
    seen = policy.visible_accounts(user, among=Account.objects.with_connector().filter(person=person))
    accounts = list(counted(seen, reports_of(user)))
    if policy.is_limited(user):
        of_accounts(person, accounts)
        reach.look(user, accounts)
    wanted = request.GET.get("account", "")
    chosen = next((account for account in accounts if str(account.pk) == wanted), None)
    if chosen is None:
        present = [account for account in accounts if not account.removal]
        chosen = next(iter(present or accounts), None)
    return Subject(person, accounts, chosen)


def runs_of(request: Request, person: Person) -> QuerySet[ActionRun]:
    """The person's runs, as far as this user may see runs."""
    return policy.visible_runs(request.user, among=ActionRun.objects.for_list().filter(person=person))


def reports_of(user: User) -> QuerySet[Account]:
    """Among whom somebody's direct reports are told: nobody is counted or named who is not seen."""
    return policy.visible_accounts(user, among=Account.objects.filter(removal=""))


def menu_groups(request: Request, account: Account) -> list[Group]:
    """The Actions menu for one account, grouped; what cannot work is there with its reason and cure.

    Empty for those whose roles include no action: one sentence says so in place of one for each.
    """
    if not policy.may(request.user, None, account):
        return []
    groups: dict[str, list[Entry]] = {}
    cure_url = account.connector.get_absolute_url() if request.user.has_perm("connectors.view_connector") else ""
    for action, verdict in policy.menu(request.user, account):
        url = reverse("people:ask", args=[account.person_id, account.pk, action.key])
        entry = Entry(
            label=f"{action.label}…",
            url="" if not verdict.ready else url,
            icon=action.icon,
            key=action.shortcut,
            is_dangerous=action.danger,
            reason=verdict.reason if not verdict.ready else "",
            cure=verdict.cure,
            cure_url=cure_url if verdict.cure else "",
            doubt=verdict.reason if verdict.outcome == "unknown" else "",
        )
        groups.setdefault(action.group if policy.may(request.user, action, account) else "", []).append(entry)
    not_theirs = groups.pop("", [])
    made = [Group(label, entries) for label, entries in groups.items()]
    # Little can be done for a deleted account but bring it back: that comes first.
    if account.removal:
        made.sort(key=lambda group: not any(entry.url for entry in group.entries))
    return [*made, Group("Not in your role", not_theirs, NOT_THEIRS)] if not_theirs else made


def frame_of(request: Request, pk: int, current: str) -> dict[str, Any]:
    """What every page of a person has; `current` names the tab. Raises Http404."""
    subject = subject_of(request, pk)
    runs = runs_of(request, subject.person)
    return {
        "person": subject.person,
        "accounts": subject.accounts,
        "account": subject.chosen,
        "groups": menu_groups(request, subject.chosen) if subject.chosen else [],
        "tabs": _tabs(subject, current, runs.count(), may_see_runs=policy.may_see_run(request.user)),
        "runs": runs,
    }


def _tabs(subject: Subject, current: str, run_count: int, *, may_see_runs: bool) -> list[Tab]:
    counts: dict[str, int | None] = {"overview": None}
    if subject.chosen is not None:
        # Counted with the account itself (people.models.counted).
        counts |= {
            "groups": subject.chosen.group_count,  # type: ignore[attr-defined]
            "licences": len(subject.chosen.more.get("assignedLicenses") or ()),
            "devices": subject.chosen.device_count,  # type: ignore[attr-defined]
            "reports": subject.chosen.report_count,  # type: ignore[attr-defined]
        }
    counts["history"] = run_count if may_see_runs else None
    chosen = subject.chosen
    query = f"?account={chosen.pk}" if chosen is not None and len(subject.accounts) > 1 else ""
    pages = {"overview": "person", "reports": "reports"}
    return [
        Tab(
            "Direct reports" if name == "reports" else name.title(),
            reverse(f"people:{pages.get(name, name)}", args=[subject.person.pk]) + query,
            name == current,
            count,
        )
        for name, count in counts.items()
    ]


@require_safe
@permission_required("people.view_person", raise_exception=True)
def overview(request: Request, pk: int) -> HttpResponse:
    """What is known, from the local copy, with the latest runs."""
    context = frame_of(request, pk, "overview")
    account: Account | None = context["account"]
    more = {
        "rows": [RunRow(run, request.user, names_person=False) for run in context["runs"][:LATEST]],
        "manager": _manager_of(request.user, account) if account else None,
        "is_limited": policy.is_limited(request.user),
        "may_protect": account is not None and policy.may(request.user, OVERRIDE, account),
        "may_part": _may_part(request.user, context["person"]),
        "protection": protection.reasons(account, request.user, DisableAccount) if account else [],
        "match": _match_of(request, context["person"]),
        "other_mails": (account.more.get("otherMails") or []) if account else [],
    }
    return render(request, "people/person.html", {**context, **more})


def _match_of(request: Request, person: Person) -> Match | None:
    """Where other people have the same e-mail address, for those who may decide about that."""
    if not person.email_key or not request.user.has_perm(MATCH):
        return None
    others = Person.objects.filter(email_key=person.email_key).exclude(pk=person.pk).exclude(state="deleted")
    found = policy.visible_matches(request.user, Match.objects.filter(email_key=person.email_key))
    return found.first() if others.exists() else None


def _may_part(user: User, person: Person) -> bool:
    """Whether somebody may take accounts out of a person: that changes all of them."""
    whole = policy.whole_people(user, MATCH, among=Person.objects.filter(pk=person.pk))
    return user.has_perm(MATCH) and (not policy.is_limited(user, MATCH) or whole.exists())


def _manager_of(user: User, account: Account) -> Account | None:
    """The manager, where that is somebody whom this user sees."""
    if account.manager_id is None:
        return None
    known = policy.visible_accounts(user).filter(connector=account.connector_id, object_id=account.manager_id)
    return known.select_related("person").first()


@require_safe
@permission_required("people.view_person", raise_exception=True)
def history(request: Request, pk: int) -> HttpResponse:
    """Everything that was done for this person."""
    context = frame_of(request, pk, "history")
    page = keyset.page_of(request, context["runs"], ("-created_at", "-id"))
    rows = [RunRow(run, request.user, names_person=False) for run in page.rows]
    return render(request, "people/history.html", {**context, "rows": rows, "page": page})


@require_POST
@permission_required("people.view_person", raise_exception=True)
def refresh(request: Request, pk: int, account_pk: int) -> HttpResponse:
    """Read one account again from its directory, now."""
    account = account_for(request.user, pk, account_pk, SEE)
    try:
        services.refresh(account)
    except GraphError as exc:
        messages.error(request, f"{account.connector} could not be read: {exc} What you see is as old as it says.")
    return redirect(reverse("people:person", args=[pk]) + f"?account={account.pk}")


def new_click() -> str:
    """The key that makes two sendings of one dialog the same click."""
    return str(uuid4())

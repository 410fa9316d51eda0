"""People who may be one: the list, and the decisions, each after a look at what will happen."""

from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from neurons_admin.http import Request
from neurons_admin.ui import keyset
from people import matching, policy
from people.models import Account, Match, Person
from people.permissions import MATCH
from people.views.gate import account_for

MOST_COUNTED: Final = 1_000
PAGE_SIZE: Final = 20
RIGHTS: Final = ("people.view_person", MATCH)
# So many at once are a mistake rather than one person.
MOST_JOINED: Final = 20
CHANGED: Final = "Nothing was done: somebody has changed these people meanwhile. Look again."


class DecisionForm(forms.Form):
    """What was shown when it was decided."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=5000)


class JoinForm(DecisionForm):
    """The same, with the word that is needed where one directory has several of the accounts."""

    same_directory = forms.BooleanField(required=False, label="These accounts belong to one person all the same")


@require_safe
@permission_required(RIGHTS, raise_exception=True)
def matches(request: Request) -> HttpResponse:
    """The e-mail addresses that several people have and nobody has decided about, the latest first."""
    found = policy.visible_matches(request.user, Match.objects.open())
    page = keyset.page_of(request, found, ("-id",), PAGE_SIZE)
    parties = matching.parties_of(page.rows)
    context = {
        "page": page,
        "groups": [_group(match, parties[match.pk]) for match in page.rows],
        "total": keyset.counted(found, MOST_COUNTED),
    }
    return render(request, "people/matches.html", context)


@require_safe
@permission_required(RIGHTS, raise_exception=True)
def match(request: Request, pk: int) -> HttpResponse:
    """One of them, decided or not."""
    found = get_object_or_404(policy.visible_matches(request.user), pk=pk)
    return render(request, "people/match.html", {"group": _group(found, matching.parties_of([found])[pk])})


def _group(match: Match, parties: list[matching.Party]) -> dict[str, Any]:
    undecided = any(not party.is_told_apart for party in parties)
    return {"match": match, "parties": parties, "is_decided": not undecided, "is_one": len(parties) < 2}


@require_http_methods(["GET", "POST"])
@permission_required(RIGHTS, raise_exception=True)
def join(request: Request) -> HttpResponse:
    """Say what joining the people named by `?person=` will do, and do it."""
    if request.method == "POST":
        return _join(request)
    ids = [int(value) for value in request.GET.getlist("person") if value.isascii() and value.isdigit()]
    wanted = Person.objects.filter(pk__in=[pk for pk in ids if pk < 2**63]).defer("search")
    people = policy.whole_people(request.user, MATCH, among=wanted).order_by("pk")
    parties = matching.parties(people[: MOST_JOINED + 1])
    if not 2 <= len(parties) <= MOST_JOINED:
        problem = f"Choose at least two people, and at most {MOST_JOINED}."
        return render(request, "dialog_page.html", {**_dialog(request, "Join people", "Join"), "problem": problem})
    shared = matching.shared_directories([account for party in parties for account in party.accounts])
    form_class = JoinForm if shared else DecisionForm
    count = sum(len(party.accounts) for party in parties)
    context = {
        **_dialog(request, f"Join {len(parties)} people into {parties[0].person}", "Join"),
        "sentence": f"{_listed(parties)} become one person with {count} accounts. What was done for each of them,"
        " and what is under way, is then shown there. Nothing changes in any directory.",
        "action_url": reverse("people:join"),
        "form": form_class(initial={"seen": matching.arrangement(parties)}),
        "warnings": [f"{name} has several of these accounts. One person seldom has two there." for name in shared],
        "can_undo": True,
        "undo_note": "Each account can be parted again, from the person's page.",
    }
    return render(request, "dialog_page.html", context)


def _join(request: Request) -> HttpResponse:
    seen, confirmed = request.POST.get("seen", ""), bool(request.POST.get("same_directory"))
    try:
        person, is_new = matching.join(seen, asked_by=request.user, despite_same_directory=confirmed)
    except matching.Changed:
        messages.error(request, CHANGED)
        return redirect("people:matches")
    except matching.SameDirectory:
        messages.error(request, "Nothing was done: confirm first that the accounts belong to one person.")
        ids = [part.split(":", 1)[0] for part in seen.split(";")]
        return redirect(f"{reverse('people:join')}?{urlencode({'person': ids}, doseq=True)}")
    messages.success(request, "Joined." if is_new else "They are one person already.")
    return redirect(person)


@require_http_methods(["GET", "POST"])
@permission_required(RIGHTS, raise_exception=True)
def apart(request: Request, pk: int) -> HttpResponse:
    """Say that keeping them apart is a decision, and keep it."""
    found = get_object_or_404(policy.visible_matches(request.user), pk=pk)
    if request.method == "POST":
        try:
            is_new = matching.tell_apart(found, request.POST.get("seen", ""), asked_by=request.user)
        except matching.Changed:
            messages.error(request, CHANGED)
        else:
            messages.success(request, "Kept: they are different people." if is_new else "That was decided already.")
        return redirect("people:matches")
    parties = matching.parties_of([found])[pk]
    context = _dialog(request, "These are different people", "They are different people")
    if len(parties) < 2:
        context["problem"] = f"There are no longer several people with the e-mail address {found}."
    context |= {
        "sentence": f"{_listed(parties)} stay apart although they share the e-mail address {found}. You are asked again"
        " only when somebody else comes to have it.",
        "action_url": reverse("people:tell_apart", args=[pk]),
        "form": DecisionForm(initial={"seen": matching.arrangement(parties)}),
        "can_undo": True,
        "undo_note": "They can still be joined, from the page of either.",
    }
    return render(request, "dialog_page.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(RIGHTS, raise_exception=True)
def part(request: Request, pk: int, account_pk: int) -> HttpResponse:
    """Say what taking an account out of a person will do, and do it."""
    if request.method == "POST":
        mine = policy.whole_people(request.user, MATCH).values("pk")
        get_object_or_404(Account, pk=account_pk, person__in=mine)
        try:
            person, is_new = matching.part(account_pk, pk, asked_by=request.user)
        except matching.Changed:
            messages.error(request, CHANGED)
            return redirect("people:list")
        messages.success(request, "Parted: this is a person of their own." if is_new else "That was parted already.")
        return redirect(person)
    account = account_for(request.user, pk, account_pk, MATCH)
    get_object_or_404(policy.whole_people(request.user, MATCH), pk=pk)
    context = _dialog(request, f"Part {account.user_principal_name} from {account.person}", "Part")
    if account.person.accounts.count() < 2:
        context["problem"] = "It is the only account of this person."
    context |= {
        "sentence": f"The account in {account.connector} becomes a person of its own, and takes along what was done for"
        " it. No synchronisation brings the two together again. Nothing changes in any directory.",
        "action_url": reverse("people:part", args=[pk, account_pk]),
        "can_undo": True,
        "undo_note": "The two can be joined again.",
        "cancel_url": account.person.get_absolute_url(),
    }
    return render(request, "dialog_page.html", context)


def _dialog(request: Request, title: str, verb: str) -> dict[str, Any]:
    matches_url = reverse("people:matches")
    return {
        "title": title,
        "verb": verb,
        "actor": request.user.label,
        "cancel_url": matches_url,
        "trail": [("People", reverse("people:list")), ("Matches", matches_url)],
    }


def _listed(parties: list[matching.Party]) -> str:
    names = [f"{party.person} ({', '.join(account.connector.name for account in party.accounts)})" for party in parties]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

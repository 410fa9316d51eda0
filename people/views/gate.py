"""The gate before everything that acts, and the way to what it is about: what is beyond reach is not found."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from neurons_admin.access.models import User
from neurons_admin.http import Request
from people import policy
from people.models import Account, ActionRun
from people.models.run import ActionRunQuerySet
from people.permissions import SEE, SEE_RUNS
from people.policy import What

View = Callable[..., HttpResponse]


def who_may_act(view: View) -> View:
    """Refuse whoever may ask for no action at all, whatever the address is about. The view asks about the one."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not policy.may_act(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def account_for(user: User, pk: int, account_pk: int, *whats: What) -> Account:
    """The account of this very person, as far as somebody may do any of these things to it.

    With nothing said it is enough to see it, or to act on it in any way. Anything else is not found: Http404.
    """
    within = policy.visible_accounts(user, *(whats or (SEE, None)), among=Account.objects.with_connector())
    return get_object_or_404(within, pk=account_pk, person=pk)


def run_for_acting(user: User, pk: str, among: ActionRunQuerySet | None = None) -> ActionRun:
    """A run that somebody sees, or for whose account they may act in any way. Anything else is not found: Http404."""
    return get_object_or_404(policy.visible_runs(user, SEE_RUNS, None, among=among), pk=pk)

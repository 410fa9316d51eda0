"""Nobody works here with a password alone: who has no second factor in this session gets the pages to add one."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from neurons_admin.access import sessions
from neurons_admin.access.models import User

_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


def before_second_factor(view: _View) -> _View:
    """Mark a view that can be reached without: only what is needed to add one."""
    view.is_before_second_factor = True  # type: ignore[attr-defined]
    return view


def is_closed(request: HttpRequest) -> bool:
    """Whether somebody is signed in who has to add a second factor before anything else."""
    return (
        settings.SECOND_FACTOR == "required"
        and isinstance(request.user, User)
        and not sessions.has_second_factor(request)
    )


class SecondFactorRequired:
    """Leads who has no second factor to where one is added, from every address; what was sent is not looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """What nobody signs in for says nothing about anybody; it stays."""
        is_open = not getattr(view, "login_required", True) or getattr(view, "is_before_second_factor", False)
        if is_open or not is_closed(request):
            return None
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect(reverse("access:ways"))
        return redirect("access:ways")

"""Sudo mode: before anything that can do harm, whoever sits there has proved lately who they are.

Looking is never asked about. What is asked about is declared where it happens, by one of two decorators, the innermost
of a view's. docs/decisions/0013-sudo-mode.md says why the times are what they are.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from neurons_admin.access import sessions
from neurons_admin.http import Request, page_sent_from

PROOF_LASTS: Final = timedelta(minutes=10)
# Whoever opened a form in time can fill it in without haste.
FORM_GRACE: Final = timedelta(minutes=5)

_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


def sudo_required(view: _View) -> _View:
    """Guard a page with a form: its GET asks for a proof of the last ten minutes, its POST has five more.

    A POST that comes later is refused without a trace of what was sent; the answer tells how to send it once more.
    """

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in {"GET", "HEAD"}:
            if not is_proved(request):
                return ask_for_proof(request, request.get_full_path())
        elif not is_proved(request, PROOF_LASTS + FORM_GRACE):
            return _ask_to_send_again(request)
        return view(request, *args, **kwargs)

    guarded.asks_for_proof = "form"  # type: ignore[attr-defined]
    return cast(_View, guarded)


def sudo_for_button(view: _View) -> _View:
    """Guard a button: its POST asks for a proof of the last ten minutes, and leads back to where the button is."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_proved(request) else ask_for_proof(request, _page_of(request))

    guarded.asks_for_proof = "button"  # type: ignore[attr-defined]
    return cast(_View, guarded)


def is_proved(request: Request, within: timedelta = PROOF_LASTS) -> bool:
    """Whether somebody proved in this session, lately enough, who they are."""
    return sessions.proved_within(request, within.total_seconds())


def ask_for_proof(request: Request, way_back: str) -> HttpResponse:
    """Lead to the page that asks for a proof, and from there to `way_back`, a path on this site; empty for nowhere."""
    url = reverse("access:confirm") + (f"?{urlencode({'next': way_back})}" if way_back else "")
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


def _ask_to_send_again(request: Request) -> HttpResponse:
    """Nothing was done, and nothing is kept: the browser still has what was typed."""
    if not request.htmx:
        return render(request, "access/send_again.html", status=403)
    answer = render(request, "access/_send_again.html")
    messages = "#dialog .dialog-messages" if request.htmx.target == "dialog" else "#messages"
    return reswap(retarget(answer, messages), "innerHTML")


def _page_of(request: Request) -> str:
    """The page that a button was on, as the browser tells."""
    return request.htmx.current_url_abs_path or "" if request.htmx else page_sent_from(request)

"""The middleware that gives each request its session, and writes down that somebody uses it."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers

from neurons_admin.access.session_store import SessionGoneError
from neurons_admin.access.sessions import store_of

_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


def polled(view: _View) -> _View:
    """Mark a view whose fragment a page asks for by itself, every few seconds: nobody need sit there for that."""
    view.is_polled = True  # type: ignore[attr-defined]
    return view


class Sessions(SessionMiddleware):
    """Django's own, with limits that are kept by the store, and without its way to sign people out by accident."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session. One that was ended while it was in use leads to sign-in."""
        if self._is_out_of_date(request):
            # A request that was under way when the key was changed must not take the new cookie out of the browser.
            patch_vary_headers(response, ("Cookie",))
            return response
        self._note_activity(request)
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            return redirect(settings.LOGIN_URL)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The session was ended while a view was about to go on with it."""
        return redirect(settings.LOGIN_URL) if isinstance(exception, SessionGoneError) else None

    @staticmethod
    def _is_out_of_date(request: HttpRequest) -> bool:
        """Whether the cookie names nothing, and this request has begun nothing in its place and ended nothing."""
        store = store_of(request)
        return settings.SESSION_COOKIE_NAME in request.COOKIES and store.is_empty() and not store.was_flushed

    @staticmethod
    def _note_activity(request: HttpRequest) -> None:
        """Write down that the session is used; at most once a minute, and not for what a page asks by itself."""
        store = store_of(request)
        if store.row is None or store.row.member_id is None or not store.row.is_seen_long_ago:
            return
        if not _is_poll(request):
            store.seen()


def _is_poll(request: HttpRequest) -> bool:
    match = request.resolver_match
    return "HX-Request" in request.headers and match is not None and getattr(match.func, "is_polled", False)

"""The request type the views use, the answer to bad requests, and the middlewares that every answer passes through."""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django_htmx.middleware import HtmxDetails

from neurons_admin import tracing
from neurons_admin.access.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]

# What is wrong with a request that Django refuses; the words end up in 400.html.
REASONS: Final[dict[type[Exception], str]] = {
    RequestDataTooBig: "The form is far larger than any form here can be.",
    TooManyFieldsSent: "The form has far more fields than any form here.",
    TooManyFilesSent: "Files cannot be uploaded here.",
    MultiPartParserError: "The form arrived damaged.",
    DisallowedHost: "This server does not answer to the name in the address.",
}
NO_DATABASE: Final = (OperationalError, InterfaceError)
WRONG_METHOD: Final = "This address is no page to look at, or takes no form."
# Refused before the body was read to its end. It still is, up to a limit, or the browser would show a broken connection
# in place of the page.
UNREAD: Final = {RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, MultiPartParserError}
DRAINED: Final = 32 * 1024 * 1024


class Request(HttpRequest):
    """A request as the views meet it: somebody is signed in, and htmx has been looked at."""

    user: User
    htmx: HtmxDetails


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The roof's `handler400`: a page that says what is wrong, and 413 for what is too large."""
    if type(exception) in UNREAD:
        _drain(request)
    return _refusal(REASONS.get(type(exception), ""), 413 if isinstance(exception, RequestDataTooBig) else 400)


def _refusal(reason: str, status: int = 400) -> HttpResponse:
    return HttpResponse(render_to_string("400.html", {"reason": reason}), status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """The roof's `handler500`, called while the failure is at hand: 503 when the database does not answer."""
    if isinstance(sys.exception(), NO_DATABASE):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "30"})
    return HttpResponse(render_to_string("500.html", {"request_id": tracing.current()}), status=500)


def _drain(request: HttpRequest) -> None:
    left = DRAINED
    with suppress(UnreadablePostError):
        while left > 0 and (chunk := request.read(min(left, 64 * 1024))):
            left -= len(chunk)


_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


def takes_files(view: _View) -> _View:
    """Let the form of a view bring a file; to any other one a file is refused."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class SameOriginOnly:
    """Refuses what another site sends here, as far as the browser says where it comes from; and lets none embed us.

    CSRF tokens stay: old browsers and other programs do not say.
    """

    OURS: Final = frozenset({"", "same-origin", "none"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_safe = request.method in {"GET", "HEAD", "OPTIONS"}
        if is_safe or request.headers.get("Sec-Fetch-Site", "") in self.OURS:
            response = self.get_response(request)
        else:
            response = HttpResponse(render_to_string("403_csrf.html"), status=403)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class RefuseOddText:
    """Answers 400 to text that PostgreSQL cannot store and no honest browser sends: a NUL byte, or another charset.

    Path, query, form and cookies are looked at, for a session's key is looked up in the database too. And to a file
    where none is asked for.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
            return _refusal("It is not written in UTF-8.")
        try:
            has_nul = any("\0" in text for text in self._texts(request))
        except UnreadablePostError:
            return _refusal("It ended before it was complete.")
        return _refusal("It contains a NUL byte.") if has_nul else self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """The form has been read by now: its texts were looked at."""
        if request.method == "POST" and request.FILES and not getattr(view_func, "takes_files", False):
            return _refusal(REASONS[TooManyFilesSent])
        return None

    @staticmethod
    def _texts(request: HttpRequest) -> Iterator[str]:
        yield request.path
        for name, value in request.COOKIES.items():
            yield from (name, value)
        for field in (request.GET, request.POST) if request.method == "POST" else (request.GET,):
            for name, values in field.lists():
                yield from (name, *values)


class SignInRequired(LoginRequiredMiddleware):
    """Asks who is not signed in to do so, and leads them back afterwards to a page that can be shown.

    What a form was sent to often cannot: the page that the form stood on is then the way back.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Where nobody has to sign in it is not asked either who somebody is: that would take the database."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Redirect to sign-in."""
        way_back = request.get_full_path() if request.method in {"GET", "HEAD"} else page_sent_from(request)
        sign_in = resolve_url(self.get_login_url(view_func))
        return redirect_to_login(way_back, sign_in, self.get_redirect_field_name(view_func) if way_back else None)


def page_sent_from(request: HttpRequest) -> str:
    """Path and query of the page that a form stood on; empty if it is not ours, or the browser does not say."""
    try:
        sent_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # no address at all, such as "http://["
        return ""
    is_ours = sent_from.netloc == request.get_host()
    return sent_from._replace(scheme="", netloc="", fragment="").geturl() if is_ours else ""


class NoBlankPage:
    """Gives words to the answer that an address does not know a method: Django sends none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            response.content = render_to_string("400.html", {"reason": WRONG_METHOD})
        return response


class NeverStore:
    """Keeps every page of a signed-in person out of caches, unless the view has said otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

"""The request type the views use, and two middlewares that every answer passes through."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django_htmx.middleware import HtmxDetails

from neurons_admin.access.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]


class Request(HttpRequest):
    """A request as the views meet it: somebody is signed in, and htmx has been looked at."""

    user: User
    htmx: HtmxDetails


class RefuseNulBytes:
    """Answers 400 to a NUL byte in path, query or form: PostgreSQL cannot store one and no honest input has one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or any("\0" in value for value in self._values(request)):
            return HttpResponseBadRequest(render_to_string("400.html", {"reason": "It contains a NUL byte."}))
        return self.get_response(request)

    @staticmethod
    def _values(request: HttpRequest) -> list[str]:
        fields = [request.GET]
        if request.method == "POST":
            fields.append(request.POST)
        return [text for field in fields for name, values in field.lists() for text in (name, *values)]


class NeverStore:
    """Keeps every page of a signed-in person out of caches, unless the view has said otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

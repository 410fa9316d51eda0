"""What the log's lines belong to: a request, a run, a synchronisation. The same word finds all of them."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.http import HttpRequest, HttpResponse

HEADER: Final = "X-Request-ID"

_current: ContextVar[str] = ContextVar("tracing", default="")


def current() -> str:
    """What this thread is at; empty if nobody has said."""
    return _current.get()


@contextmanager
def at(what: str) -> Iterator[None]:
    """Have the lines of the log inside this block say what they belong to."""
    token = _current.set(what)
    try:
        yield
    finally:
        _current.reset(token)


class RequestIds:
    """Gives each request an id of our own making, and tells it in the answer. What a browser sends is not believed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = uuid.uuid4().hex
        with at(name):
            response = self.get_response(request)
        response.headers[HEADER] = name
        return response

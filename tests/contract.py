"""Checks exchanges with Microsoft Graph against its description: what we ask, and what the demo tenant answers.

The description is no part of this repository. Where it is not at hand, `check_exchange` skips the test that asked,
with a reason that says so.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.exceptions import ValidationError

FILE = "graph-openapi-slice.yaml"
NOT_AT_HAND = f"the Graph contract ({FILE}) is not at hand; set CONTRACT_DIR"
_ROOT = Path(__file__).resolve().parent.parent
_HOST = "https://graph.microsoft.com"
_OTHER_CASTS = re.compile(
    r"/microsoft\.graph\.(directoryRole|administrativeUnit|device)$|(?<=/members)/microsoft\.graph\.\w+$"
)
"""Casts that the description leaves out; they are checked as the same path without a cast."""
_KEY_IN_BRACKETS = re.compile(r"/users\('(.*?)'\)")


class ContractError(AssertionError):
    """An exchange that Graph's description does not allow."""


def contract_file() -> Path | None:
    """The description in CONTRACT_DIR, or in the folder `shared/contract` beside the repository; None without it."""
    folder = Path(os.environ.get("CONTRACT_DIR") or _ROOT.parent / "shared" / "contract")
    file = folder / FILE
    return file if file.is_file() else None


def check_exchange(
    method: str,
    url: str,
    *,
    request_body: object = None,
    request_headers: Mapping[str, str] | None = None,
    status: int | None = None,
    response_body: object = None,
    response_headers: Mapping[str, str] | None = None,
    request_too: bool = True,
) -> None:
    """Check a request and, where `status` is given, its answer; raises `ContractError` with all that is wrong.

    Bodies are bytes as they went over the wire, or values that JSON can hold. `url` is absolute or begins with /v1.0.
    Query parameters without a value are passed over: Graph itself gives out links that end in `$deltatoken=`.
    Without `request_too` only the answer is checked, for requests that are wrong on purpose.
    """
    spec = _spec()
    if spec is None:
        pytest.skip(NOT_AT_HAND)
    request = _request(method, url, request_body, dict(request_headers or {}))
    problems: list[str] = []
    if request_too:
        problems += _problems("request", lambda: spec.validate_request(request))
    if status is not None:
        response = _response(status, response_body, dict(response_headers or {}))
        problems += _problems("answer", lambda: spec.validate_response(request, response))
    if problems:
        raise ContractError(f"{method} {url} -> {status}: " + "; ".join(problems))


def check_recorded(request: Any, response: Any) -> None:
    """Check one exchange that an observer of the demo tenant was given; what is not Graph's is passed over.

    Of a refused exchange only the answer is checked. An observer runs inside the tenant: let it collect, and check
    afterwards (`running(folder, observers=(lambda *exchange: exchanges.append(exchange),))`).
    """
    if not request.path.startswith("/v1.0/") or _is_outside(request, response):
        return
    check_exchange(
        request.method,
        f"{request.path}?{request.query_string}",
        request_body=request.body,
        request_headers=request.headers,
        status=response.status,
        response_body=response.body,
        response_headers={**response.headers, "Content-Type": response.content_type},
        request_too=response.status < 400,
    )


def _is_outside(request: Any, response: Any) -> bool:
    """Paths and methods that do not exist are in no description, and openapi-core cannot read a bare number."""
    text = response.body.decode()
    if request.path.endswith("/$count") and response.status == 200:
        return True
    return response.status == 405 or "Resource not found for the segment" in text or "must be specified" in text


@lru_cache(maxsize=1)
def _spec() -> OpenAPI | None:
    """The description, read once in a session: it is large."""
    file = contract_file()
    if file is None:
        return None
    with file.open(encoding="utf-8") as stream:
        return OpenAPI.from_dict(yaml.load(stream, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _request(method: str, url: str, body: object, headers: dict[str, str]) -> MockRequest:
    parts = urlsplit(url)
    path = _OTHER_CASTS.sub("", "/v1.0/" + _decoded(parts.path.partition("/v1.0/")[2]))
    path = _KEY_IN_BRACKETS.sub(r"/users/\1", path)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    headers = {"Authorization": "Bearer token", **{name.title(): value for name, value in headers.items()}}
    return MockRequest(_HOST, method, path, args=query, headers=headers, data=_bytes(body))


def _decoded(path: str) -> str:
    """The path without percent signs, except for a slash that is part of a key."""
    return unquote(path.replace("%2F", "%252F").replace("%2f", "%252F"))


def _response(status: int, body: object, headers: dict[str, str]) -> MockResponse:
    given = {name.lower(): value for name, value in headers.items()}
    content_type = given.get("content-type", "application/json").partition(";")[0]
    return MockResponse(_bytes(body), status, headers, content_type)


def _bytes(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()


def _problems(what: str, validate: Callable[[], object]) -> Iterable[str]:
    try:
        validate()
    except OpenAPIError as error:
        yield f"{what}: {_innermost(error)}"


def _innermost(error: BaseException) -> str:
    """The sentences of schema errors, which openapi-core hides below its own."""
    schema_errors = getattr(error.__cause__, "schema_errors", None)
    if schema_errors:
        return "; ".join(f"{'.'.join(map(str, found.absolute_path))}: {found.message[:300]}" for found in schema_errors)
    cause = error.__cause__
    return f"{error}" if cause is None or not isinstance(error, ValidationError) else f"{error} ({cause})"

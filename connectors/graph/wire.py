"""HTTP sessions as this product wants them: nothing from the environment, no retries, no redirects, no endless waits."""

import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError
from urllib3.util import Retry

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
# A server that drips its answer byte by byte never trips the read timeout: this bounds the whole exchange.
WHOLE_SECONDS = 20.0
LARGEST_ANSWER = 32 * 1024 * 1024
CHUNK = 64 * 1024


class AnswerTooSlow(requests.RequestException):
    """The answer began, and did not end in time or in size."""


class Session(requests.Session):
    """A keep-alive session with fixed timeouts. The CA file given wins over REQUESTS_CA_BUNDLE and the like."""

    def __init__(self, *, ca_bundle: str = "", proxy: str = "") -> None:
        super().__init__()
        self.trust_env = False
        self.verify = ca_bundle or True
        if proxy:
            self.proxies = {"https": proxy}
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=16, max_retries=Retry(0, read=False))
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", (CONNECT_SECONDS, READ_SECONDS))
        kwargs["allow_redirects"] = False  # `Session.get` would switch them on
        return super().request(method, url, *args, **kwargs)


def read_whole(response: requests.Response) -> bytes:
    """The body of a streamed answer. Raises AnswerTooSlow past 20 s or 32 MiB, and what `requests` raises."""
    deadline = time.monotonic() + WHOLE_SECONDS
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(CHUNK):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER or time.monotonic() > deadline:
            response.close()
            raise AnswerTooSlow("The answer took too long or was too large.")
    return b"".join(parts)


def never_left(exc: requests.RequestException) -> bool:
    """Whether a failure came before the request left this machine: name look-up, refused connection, TLS handshake."""
    if isinstance(exc, (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)):
        return True
    cause: object = exc.args[0] if exc.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, (NewConnectionError, ConnectTimeoutError, SSLError))

"""HTTP as this product wants it: nothing from the environment, no retries, no redirects, no endless waits, TLS only."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from .answers import Answer

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
# A server that drips its answer byte by byte never trips the read timeout: this bounds the whole exchange.
WHOLE_SECONDS = 20.0
LARGEST_ANSWER = 32 * 1024 * 1024
CHUNK = 64 * 1024


class NoAnswer(Exception):
    """No whole answer came. `left` says whether the request may have left this machine."""

    def __init__(self, cause: Exception | str, *, left: bool) -> None:
        super().__init__(str(cause))
        self.left = left


class _Progress:
    """How far one exchange has come, and over which connection."""

    left = False
    hung_up = False
    sock: socket.socket | None = None


class _Thread(threading.local):
    """The exchange that this thread is at."""

    def __init__(self) -> None:
        self.progress = _Progress()


_thread = _Thread()


class _Connection(HTTPSConnection):
    """Notes the moment a request begins to be written: look-up, connection, proxy and handshake are behind it then."""

    def connect(self) -> None:
        super().connect()
        _thread.progress.sock = self.sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        progress = _thread.progress
        if progress.hung_up:
            raise TimeoutError("The time was over before the request began.")
        progress.left, progress.sock = True, self.sock
        super().request(*args, **kwargs)


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    """Connections that note, straight or through a proxy, and that never try again by themselves."""

    def __init__(self) -> None:
        super().__init__(pool_connections=4, pool_maxsize=16, max_retries=Retry(0, read=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": _Pool}
        return manager


class Session(requests.Session):
    """A keep-alive session. The CA file given wins over REQUESTS_CA_BUNDLE and the like; plain HTTP is not spoken."""

    def __init__(self, *, ca_bundle: str = "", proxy: str = "", pace: float = 1.0) -> None:
        super().__init__()
        self.pace = pace
        self.trust_env = False
        self.verify = ca_bundle or True
        if proxy:
            self.proxies = {"https": proxy}
        self.adapters.clear()
        self.mount("https://", _Adapter())


def exchange(session: Session, method: str, url: str, *, headers: Mapping[str, str], **content: Any) -> Answer:
    """One request and its whole answer, whatever the status; no second try, no redirect. Raises NoAnswer."""
    progress = _thread.progress = _Progress()
    try:
        with (
            _hung_up_after(WHOLE_SECONDS * session.pace, progress),
            session.request(
                method,
                url,
                headers=dict(headers),
                timeout=(CONNECT_SECONDS * session.pace, READ_SECONDS * session.pace),
                allow_redirects=False,
                stream=True,
                **content,
            ) as response,
        ):
            answer = Answer(method, response.status_code, response.headers, _whole_body(response))
    except (OSError, HTTPError) as exc:  # requests' own are OSErrors; a CA file that is not there is a plain one
        raise NoAnswer(exc, left=progress.left) from exc
    if progress.hung_up:
        raise NoAnswer("The answer took too long.", left=True)
    return answer


@contextlib.contextmanager
def _hung_up_after(seconds: float, progress: _Progress) -> Iterator[None]:
    """Hang up when the block takes longer: a server that drips byte by byte never trips the read timeout."""
    timer = threading.Timer(seconds, _hang_up, [progress])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(progress: _Progress) -> None:
    """Have whoever reads from the connection find its end. `SSLSocket.shutdown` would pull TLS from under them."""
    progress.hung_up = True
    if progress.sock is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(progress.sock, socket.SHUT_RDWR)


def _whole_body(response: requests.Response) -> bytes:
    """The body as it arrives, as long as it is not too large."""
    parts: list[bytes] = []
    size = 0
    while part := response.raw.read1(CHUNK, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise NoAnswer("The answer was too large.", left=True)
    return b"".join(parts)

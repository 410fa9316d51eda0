"""The wire misbehaving: resets, hangs, drips and cuts, on a connection that is over afterwards."""

import contextlib
import os
import socket
import struct
import time
from collections.abc import Callable

from neurons_admin.demo.wire import Delivery

_GLANCE_SECONDS = 0.05
_NO_LINGER = struct.pack("ii", 1, 0)


def deliver(connection: socket.socket, delivery: Delivery, head: bytes, body: bytes) -> None:
    """Hand over an answer the wrong way. OSError where the peer has gone meanwhile."""
    try:
        _WAYS[delivery.way](connection, delivery, head, body)
    finally:
        delivery.ended()


def _reset(connection: socket.socket, delivery: Delivery, head: bytes, body: bytes) -> None:
    """TCP RST. The file descriptor is closed here, for a shutdown beforehand would send a FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    os.close(connection.detach())


def _hang(connection: socket.socket, delivery: Delivery, head: bytes, body: bytes) -> None:
    """Nothing at all, until the time is over, the fault is taken away, or the peer leaves."""
    deadline = time.monotonic() + delivery.seconds
    connection.settimeout(_GLANCE_SECONDS)
    while time.monotonic() < deadline and not delivery.released.is_set():
        with contextlib.suppress(TimeoutError):
            if not connection.recv(1):
                return


def _drip(connection: socket.socket, delivery: Delivery, head: bytes, body: bytes) -> None:
    """Byte by byte; once the fault is taken away, the rest at once."""
    slowly, at_once = (body, b"") if delivery.part == "body" else (head, body)
    if delivery.part == "body":
        connection.sendall(head)
    for position in range(len(slowly)):
        if delivery.released.wait(delivery.seconds):
            connection.sendall(slowly[position:])
            break
        connection.sendall(slowly[position : position + 1])
    connection.sendall(at_once)


def _cut(connection: socket.socket, delivery: Delivery, head: bytes, body: bytes) -> None:
    """The head, which promises the whole body, and half of it."""
    connection.sendall(head + body[: len(body) // 2])


_WAYS: dict[str, Callable[[socket.socket, Delivery, bytes, bytes], None]] = {
    "reset": _reset,
    "hang": _hang,
    "drip": _drip,
    "cut": _cut,
}

"""The bound of an exchange as a whole: nobody who drips holds us longer, and nobody else is hung up on."""

import time

import pytest

from connectors.graph import wire
from tests.microsoft import Behaviour, FakeMicrosoft, drip, hang, reply

HEAD = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "head": drip(HEAD + b"X-Long: "),
    "body of a known length": drip(HEAD + b"Content-Length: 100000\r\n\r\n"),
    "body in chunks": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n186A0\r\n"),
    "body that the end of the connection ends": drip(HEAD + b"Connection: close\r\n\r\n{}"),
}


def session(microsoft: FakeMicrosoft, pace: float = 1.0) -> wire.Session:
    return wire.Session(ca_bundle=microsoft.ca_bundle, pace=pace)


def exchange(session: wire.Session, microsoft: FakeMicrosoft) -> int:
    return wire.exchange(session, "GET", f"{microsoft.origin}/v1.0/users", headers={}).status


@pytest.mark.parametrize("behaviour", DRIPS.values(), ids=DRIPS)
def test_who_drips_is_hung_up_on(
    microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    monkeypatch.setattr(wire, "WHOLE_SECONDS", 0.4)
    microsoft.graph = [behaviour]
    begun = time.monotonic()
    with pytest.raises(wire.NoAnswer) as caught:
        exchange(session(microsoft), microsoft)
    assert caught.value.left
    assert 0.3 < time.monotonic() - begun < 3


@pytest.mark.parametrize("behaviour", [hang, DRIPS["head"]], ids=["hang", "drip"])
def test_a_pace_shortens_all_of_it(microsoft: FakeMicrosoft, behaviour: Behaviour) -> None:
    microsoft.graph = [behaviour]
    begun = time.monotonic()
    with pytest.raises(wire.NoAnswer):
        exchange(session(microsoft, pace=0.02), microsoft)
    assert time.monotonic() - begun < 3


def test_after_that_the_same_session_works(microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WHOLE_SECONDS", 0.4)
    microsoft.graph = [DRIPS["head"], reply(200, {})]
    ours = session(microsoft)
    with pytest.raises(wire.NoAnswer):
        exchange(ours, microsoft)
    assert exchange(ours, microsoft) == 200


def test_who_has_answered_in_time_is_not_hung_up_on_later(
    microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "WHOLE_SECONDS", 0.3)
    ours = session(microsoft)
    assert exchange(ours, microsoft) == 200
    time.sleep(0.5)
    assert exchange(ours, microsoft) == 200
    assert [asked.connection for asked in microsoft.to_graph] == [1, 1]


def test_the_time_is_one_exchanges_own(microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many short ones on one connection may take longer together."""
    monkeypatch.setattr(wire, "WHOLE_SECONDS", 0.5)
    ours, begun = session(microsoft), time.monotonic()
    while time.monotonic() - begun < 0.8:
        assert exchange(ours, microsoft) == 200

"""Tokens: when one is asked for, what is remembered, what is said when there is none."""

import base64
import json
import threading
from typing import Any

import pytest

from connectors.graph import CredentialRefused, TryLater, forget, open_reader, sign_in_afresh, tokens
from connectors.graph.token_problems import BY_NAME, PROBLEMS, UNKNOWN, problem_of
from connectors.graph.tokens import NO_ROLE, problem_error, read_grant, token_for
from tests.microsoft import Behaviour, FakeMicrosoft, drip, hang, reply, reset, truncated

WRONG_SECRET = reply(401, {"error": "invalid_client", "error_codes": [7000215], "trace_id": "t-1"})


def test_one_application_and_one_token_for_many_calls(microsoft: FakeMicrosoft) -> None:
    registration = microsoft.registration()
    assert len({token_for(registration) for _ in range(5)}) == 1
    assert len(microsoft.to_sign_in) == 1
    assert len(microsoft.asked) == 2  # with discovery


def test_what_the_token_endpoint_is_sent(microsoft: FakeMicrosoft) -> None:
    token_for(microsoft.registration(secret="s&cret +%"))
    body = microsoft.to_sign_in[0].body.decode()
    assert "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default" in body
    assert "client_secret=s%26cret+%2B%25" in body
    assert "grant_type=client_credentials" in body


def test_a_changed_secret_makes_a_new_application(microsoft: FakeMicrosoft) -> None:
    first = token_for(microsoft.registration(secret="one"))
    assert token_for(microsoft.registration(secret="two")) != first
    assert b"client_secret=two" in microsoft.to_sign_in[1].body
    assert token_for(microsoft.registration(secret="one")) == first


def test_a_cached_token_does_not_hide_a_wrong_secret_from_a_check(microsoft: FakeMicrosoft) -> None:
    registration = microsoft.registration()
    token_for(registration)
    microsoft.sign_in = [WRONG_SECRET]
    with pytest.raises(CredentialRefused):
        sign_in_afresh(registration)


def test_a_check_sees_what_was_granted_meanwhile_and_so_does_the_next_call(microsoft: FakeMicrosoft) -> None:
    registration = microsoft.registration()
    token_for(registration)
    microsoft.claims["roles"] = ["User.ReadWrite.All", "User.Read.All"]
    assert sign_in_afresh(registration).permissions == ("User.Read.All", "User.ReadWrite.All")
    assert tokens.grant_for(registration).permissions == ("User.Read.All", "User.ReadWrite.All")
    assert len(microsoft.to_sign_in) == 2


def test_a_fresh_grant_is_a_new_token_of_the_same_application(microsoft: FakeMicrosoft) -> None:
    reader = open_reader(microsoft.registration())
    assert reader.grant().permissions == ("User.Read.All",)
    microsoft.claims["roles"] = ["User.ReadWrite.All"]
    assert reader.grant().permissions == ("User.Read.All",)
    assert reader.grant(fresh=True).permissions == ("User.ReadWrite.All",)
    assert len([asked for asked in microsoft.asked if asked.method == "GET"]) == 1


@pytest.mark.parametrize(
    "failure",
    [
        reply(400, {"error": "unauthorized_client", "error_codes": [700016]}),
        WRONG_SECRET,
        reply(429, {"error": "temporarily_unavailable", "error_codes": [90055]}, Retry_After="60"),
        reply(500, b""),
        reply(200, b"<html>"),
        reset,
    ],
)
def test_after_a_failure_the_next_attempt_starts_clean(microsoft: FakeMicrosoft, failure: Behaviour) -> None:
    registration = microsoft.registration()
    microsoft.sign_in = [failure]
    with pytest.raises((CredentialRefused, TryLater)):
        token_for(registration)
    assert token_for(registration)
    assert len(microsoft.to_sign_in) == 2


def test_a_failed_renewal_starts_clean_too(microsoft: FakeMicrosoft) -> None:
    registration = microsoft.registration()
    token_for(registration)
    tokens.renew(registration)
    microsoft.sign_in = [reply(400, {"error": "invalid_request", "error_codes": [90002]})]
    with pytest.raises(CredentialRefused):
        token_for(registration)
    assert token_for(registration)


def test_forgetting_and_renewing_what_is_not_known_is_nothing(microsoft: FakeMicrosoft) -> None:
    forget(microsoft.registration())
    tokens.renew(microsoft.registration())
    assert microsoft.asked == []


def test_only_so_many_applications_are_kept(microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "APPLICATIONS_KEPT", 2)
    for number in range(4):
        token_for(microsoft.registration(secret=f"secret {number}"))
    assert len(tokens._applications) == 2


def test_many_threads_at_once(microsoft: FakeMicrosoft) -> None:
    registration, found = microsoft.registration(), set()
    threads = [threading.Thread(target=lambda: found.add(token_for(registration))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert token_for(registration) in found


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (reset, "sign_in_unreachable"),
        (truncated, "sign_in_unreachable"),
        (hang, "sign_in_unreachable"),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), "sign_in_unreachable"),
        (reply(500, b"<html>oops"), "sign_in_busy"),
        (reply(503, {"error": "server_error"}), "sign_in_busy"),
        (reply(429, b""), "sign_in_busy"),
        (reply(302, b"", Location="https://login.evil.example/"), "not_sign_in"),
        (reply(200, b"<html>Welcome to the hotel"), "not_sign_in"),
        (reply(403, b"<html>Blocked by your proxy"), "not_sign_in"),
        (reply(200, b"[1]"), "not_sign_in"),
        (reply(200, b""), "not_sign_in"),
    ],
)
@pytest.mark.parametrize("where", ["discovery", "sign_in"])
@pytest.mark.usefixtures("impatient")
def test_a_sign_in_that_is_out_of_order_is_for_later(
    microsoft: FakeMicrosoft, where: str, behaviour: Behaviour, code: str
) -> None:
    setattr(microsoft, where, [behaviour])
    with pytest.raises(TryLater) as caught:
        token_for(microsoft.registration())
    assert caught.value.code == code


def test_the_wish_of_a_throttled_sign_in_is_passed_on(microsoft: FakeMicrosoft) -> None:
    microsoft.sign_in = [reply(429, {}, Retry_After="33")]
    with pytest.raises(TryLater) as caught:
        token_for(microsoft.registration())
    assert caught.value.retry_after == 33


def test_discovery_that_lacks_what_it_must_have_is_for_later(microsoft: FakeMicrosoft) -> None:
    microsoft.discovery = [reply(200, {"issuer": "x"})]
    with pytest.raises(TryLater):
        token_for(microsoft.registration())


def test_an_unknown_tenant_is_told_by_discovery(microsoft: FakeMicrosoft) -> None:
    microsoft.discovery = [reply(400, {"error": "invalid_tenant", "error_codes": [90002]})]
    with pytest.raises(CredentialRefused) as caught:
        token_for(microsoft.registration())
    assert caught.value.code == "unknown_tenant"
    assert "tenant" in str(caught.value)


@pytest.mark.parametrize("number", list(PROBLEMS))
def test_every_known_refusal(microsoft: FakeMicrosoft, number: int) -> None:
    description = f"AADSTS{number}: for app '0f0e0d0c'. Trace ID: x"
    microsoft.sign_in = [
        reply(400, {"error": "x", "error_codes": [number], "error_description": description, "trace_id": "t-1"})
    ]
    problem = PROBLEMS[number]
    with pytest.raises(TryLater if problem.passing else CredentialRefused) as caught:
        token_for(microsoft.registration())
    error = caught.value
    assert (str(error), error.code, error.detail, error.request_id) == (
        problem.message, problem.code, f"AADSTS{number}", "t-1",
    )  # fmt: skip
    assert "0f0e0d0c" not in str(error)


@pytest.mark.parametrize("problem", [*PROBLEMS.values(), *BY_NAME.values(), UNKNOWN], ids=lambda problem: problem.code)
def test_problems_are_sentences_with_a_code(problem: Any) -> None:
    assert problem.message.endswith(".")
    assert problem.code.islower()
    assert len(problem.code) <= 40


def test_an_unlisted_number_falls_back_to_the_name() -> None:
    assert problem_of(1234567, "invalid_client").code == "wrong_secret"
    assert problem_of(1234567, "something_new") is UNKNOWN


@pytest.mark.parametrize(
    "answer", [{}, {"error_codes": None}, {"error_codes": 5}, {"error_codes": ["x"]}, {"error": 7}]
)
def test_odd_refusals(answer: dict[str, Any]) -> None:
    assert isinstance(problem_error(answer), CredentialRefused)


def as_token(claims: Any) -> str:
    return f"h.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.s"


def test_what_a_token_says() -> None:
    grant = read_grant(
        as_token({"roles": ["B", "A"], "wids": ["r", NO_ROLE], "app_displayname": "Contoso act", "tid": "t"})
    )
    assert (grant.app_name, grant.tenant_id) == ("Contoso act", "t")
    assert grant.permissions == ("A", "B")
    assert grant.directory_roles == ("r",)
    assert grant.readable


def test_without_consent_there_are_no_permissions() -> None:
    grant = read_grant(as_token({"wids": [NO_ROLE]}))
    assert (grant.permissions, grant.directory_roles, grant.readable) == ((), (), True)


@pytest.mark.parametrize("token", ["", "opaque", "a.b.c", "a.%%%.c", as_token([1]), as_token("x")])
def test_a_token_that_cannot_be_read_is_no_error(token: str) -> None:
    assert not read_grant(token).readable


@pytest.mark.parametrize("claims", [{"roles": None, "wids": 5}, {"roles": "A", "app_displayname": None}])
def test_odd_claims(claims: dict[str, Any]) -> None:
    assert read_grant(as_token(claims)).permissions == ()


def test_nothing_prints_the_secret(microsoft: FakeMicrosoft, caplog: pytest.LogCaptureFixture) -> None:
    registration = microsoft.registration(secret="canary-secret")
    microsoft.sign_in = [WRONG_SECRET, reply(200, b'{"access_token": "canary-token'), reset]
    for _ in range(3):
        with pytest.raises((CredentialRefused, TryLater)) as caught:
            token_for(registration)
        assert "canary" not in f"{caught.value!r} {vars(caught.value)}"
    assert "canary" not in repr(registration)
    assert "canary" not in caplog.text

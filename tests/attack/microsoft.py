"""Signing in with Microsoft: tokens that were forged, answers that were replayed, stolen or made up."""

from typing import Final
from urllib.parse import parse_qs, urlsplit

import requests

from tests.attack.target import Target, is_broken

BEGIN, BACK = "/sign-in/microsoft/", "/sign-in/microsoft/back/"
FORGED: Final = (
    "issuer", "audience", "nonce", "no nonce", "tenant", "no object", "odd object", "expired", "early", "unsigned",
    "symmetric", "cut", "unknown key",
)  # fmt: skip
MADE_UP: Final = ({}, {"code": "x"}, {"state": "x"}, {"code": "x", "state": "x"}, {"code": ["x", "y"], "state": "x"})


def forged_sign_ins(target: Target) -> None:
    """Every token that must not be believed; then what belongs to another browser, was used before, or was made up."""
    for how in FORGED:
        target.stage.control("POST", "settings", {"forged": how})
        browser = target.stranger()
        _go_back(target, browser, _answer(target, browser))
        _note(target, browser, f"an ID token with a forgery: {how}")
    target.stage.control("POST", "settings", {"forged": ""})
    _stolen(target)
    for query in MADE_UP:
        browser = target.stranger()
        target.send(browser, "GET", BEGIN)
        answer = browser.get(target.origin + BACK, params=query, timeout=20, allow_redirects=False)
        _note(target, browser, f"an answer that was made up: {query}", answer)


def _stolen(target: Target) -> None:
    victim, thief = target.stranger(), target.stranger()
    theirs = _answer(target, victim)
    _go_back(target, thief, theirs)
    _note(target, thief, "an answer in a browser that did not go")
    own = parse_qs(urlsplit(target.send(thief, "GET", BEGIN).headers["Location"]).query)
    _go_back(target, thief, {"code": theirs["code"], "state": own["state"][0]})
    _note(target, thief, "a code that was stolen before it was redeemed")
    fresh = _answer(target, victim)
    _go_back(target, victim, fresh)
    target.send(victim, "POST", "/sign-out/")
    _go_back(target, victim, fresh)
    _note(target, victim, "an answer that was used before")


def _answer(target: Target, browser: requests.Session) -> dict[str, str]:
    """Go to Microsoft as somebody who is linked to a member; what comes back."""
    described = target.stage.tenant.described()
    somebody = next(iter(described["people"].values()))["id"]
    url = target.send(browser, "GET", BEGIN).headers["Location"]
    answer = requests.get(f"{url}&login={somebody}", verify=described["ca_bundle"], timeout=20, allow_redirects=False)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def _go_back(target: Target, browser: requests.Session, query: dict[str, str]) -> None:
    browser.get(target.origin + BACK, params=query, timeout=20, allow_redirects=False)


def _note(target: Target, browser: requests.Session, what: str, answer: requests.Response | None = None) -> None:
    got_in = target.send(browser, "GET", "/profile/").status_code == 200
    target.note(what, "got in" if got_in else answer is not None and is_broken(answer))

"""Sessions and tokens that were made up, altered, taken from elsewhere, or are over."""

import string
from random import Random

from tests.attack.target import Target, first, is_broken, leads_to_sign_in

KEY_LETTERS = string.ascii_lowercase + string.digits
SESSION, CSRF = "session", "csrf"
GUESSES = 200
PAGE = "/people/"


def sessions(target: Target) -> None:
    """Session keys: guessed, altered by one letter, of the wrong form, and of a session that has ended."""
    random = Random(target.family)
    real = target.browser_of("admin").cookies[SESSION]
    guesses = ["".join(random.choices(KEY_LETTERS, k=32)) for _ in range(GUESSES)]
    altered = [real[:at] + ("a" if real[at] != "a" else "b") + real[at + 1 :] for at in range(len(real))]
    odd = [
        "",
        "0",
        "null",
        "../" * 10,
        "a" * 5000,
        real.upper(),
        real + "a",
        real[:-1],
        f'"{real[::-1]}"',
        "' or 1=1 --",
    ]
    for key in (*guesses, *altered, *odd):
        browser = target.stranger()
        answer = target.send(browser, "GET", PAGE, csrf=False, Cookie=f"{SESSION}={key}")
        target.note(f"the session key {key[:40]!r}", is_broken(answer) or (not leads_to_sign_in(answer) and "got in"))


def sessions_that_are_over(target: Target) -> None:
    """A cookie that was copied before its owner signed out."""
    for username in ("admin", "desk", "viewer"):
        browser = target.browser_of(username, fresh=True)
        stolen = dict(browser.cookies)
        target.send(browser, "POST", "/sign-out/")
        for path in ("/", PAGE, "/profile/"):
            thief = target.stranger()
            thief.cookies.update(stolen)
            answer = target.send(thief, "GET", path)
            target.note(f"{path} with a session of {username} that is over", not leads_to_sign_in(answer))


def session_fixation(target: Target) -> None:
    """A key that the attacker planted before somebody signed in is not the one they are signed in with."""
    browser = target.stranger()
    browser.cookies[SESSION] = "planted0planted0planted0planted0"
    page = target.send(browser, "GET", "/sign-in/", csrf=False)
    form = {
        "csrfmiddlewaretoken": page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0],
        "username": "viewer",
        "password": target.stage.settings["DEMO_PASSWORD"],
    }
    target.send(browser, "POST", "/sign-in/", data=form)
    thief = target.stranger()
    answer = target.send(thief, "GET", PAGE, csrf=False, Cookie=f"{SESSION}=planted0planted0planted0planted0")
    target.note("a planted session key", not leads_to_sign_in(answer))


def cross_site(target: Target) -> None:
    """Every form, sent from another site: without a token, with a made up one, with another browser's."""
    browser, other = target.browser_of("admin"), target.browser_of("viewer").cookies[CSRF]
    before = target.picture()
    for address in target.addresses:
        if address.post is None or address.url in {"/sign-in/", "/sign-out/", "/csp-report/"}:
            continue
        for token, headers in (
            ("", {}),
            ("a" * 32, {}),
            ("a" * 64, {}),
            (other, {}),
            (browser.cookies[CSRF], {"Origin": "https://evil.example"}),
            (browser.cookies[CSRF], {"Origin": "null"}),
        ):
            answer = target.send(
                browser, "POST", address.url, data={"csrfmiddlewaretoken": token}, csrf=False, **headers
            )
            let_in = answer.status_code != 403 and f"got {answer.status_code}"
            what = f"POST {address.url} with the token {token[:8]!r} {headers}"
            target.note(what, first((is_broken(answer), let_in or "")))
    changed = {name for name, value in target.picture().items() if before.get(name) != value}
    target.note("all of these forms", f"changed {sorted(changed)}" if changed else "")

"""Who is not signed in, who is signed in as the wrong one, and ids that are not theirs."""

import requests

from tests.attack.target import METHODS, USERS, Address, Target, is_broken, leads_to_sign_in

REFUSED = {400, 401, 403, 404, 405, 413, 429, 501}


def not_signed_in(target: Target) -> None:
    """Every address with every method, without a session."""
    browser = target.stranger()
    for address in target.addresses:
        for method in METHODS:
            answer = target.send(browser, method, address.url, csrf=False)
            let_in = not address.public and not leads_to_sign_in(answer) and answer.status_code not in REFUSED
            target.note(f"{method} {address.url}", is_broken(answer) or (let_in and f"got {answer.status_code}"))


def wrong_role(target: Target) -> None:
    """Every role at every address that is not for it, with ids that exist and ids that do not: no difference shows."""
    for role, username in USERS.items():
        browser = target.browser_of(username)
        for address in target.addresses:
            for method, allowed in (("GET", address.get), ("POST", address.post)):
                if allowed is not None and role in allowed:
                    continue
                real, ghost = (target.send(browser, method, url) for url in (address.url, address.ghost))
                target.note(f"{role}: {method} {address.url}", _told(real, ghost))


def _told(real: requests.Response, ghost: requests.Response) -> str:
    if broken := is_broken(real) or is_broken(ghost):
        return broken
    if real.status_code not in REFUSED:
        return f"got {real.status_code}"
    return "" if real.status_code == ghost.status_code else "what exists is told from what does not"


def other_methods(target: Target) -> None:
    """Who may GET something changes nothing by it; and a method that an address does not know does nothing."""
    browser = target.browser_of("admin")
    before = target.picture()
    for address in target.addresses:
        methods = [method for method in METHODS if method != "POST" and not (method == "GET" and address.post is None)]
        for method in methods:
            answer = target.send(browser, method, address.url)
            target.note(f"admin: {method} {address.url}", is_broken(answer))
    changed = {name for name, value in target.picture().items() if before.get(name) != value}
    target.note("every method but POST at every address", f"changed {sorted(changed)}" if changed else "")


def odd_ids(target: Target) -> None:
    """Something else where an id belongs."""
    browser = target.browser_of("admin")
    for address in target.addresses:
        for url in address.odd:
            for method in _methods_of(address):
                answer = target.send(browser, method, url)
                bad = is_broken(answer) or (answer.status_code not in REFUSED and f"got {answer.status_code}")
                target.note(f"{method} {url}", bad)


def _methods_of(address: Address) -> list[str]:
    return ["GET"] * (address.get is not None) + ["POST"] * (address.post is not None)

"""The tenant's password rules: eight characters, three of four classes, none of the banned words."""

import re

from neurons_admin.demo.odata import GraphError, bad_request

BANNED = (
    "password",
    "passwort",
    "contoso",
    "welcome",
    "letmein",
    "qwerty",
    "iloveyou",
    "admin",
    "winter",
    "summer",
)
LONGEST = 256
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
_LEET = str.maketrans("@4310$5!7", "aaeiossit")


def check(password: object, own_names: tuple[str, ...]) -> None:
    """Refuse (400) a password that is weak, too long, banned, or that contains one of the person's own names."""
    if not isinstance(password, str) or not 8 <= len(password) <= LONGEST:
        raise weak_password()
    if sum(bool(re.search(pattern, password)) for pattern in _CLASSES) < 3:
        raise weak_password()
    plain = password.lower().translate(_LEET)
    words = (*BANNED, *(name.lower() for name in own_names if len(name) >= 4))
    for word in words:
        if word in plain and len(plain) - len(word) < 8:
            raise weak_password()


def weak_password() -> GraphError:
    """The one sentence with which Graph refuses every password it does not like."""
    return bad_request(
        "The specified password does not comply with password complexity requirements. "
        "Please provide a different password."
    )

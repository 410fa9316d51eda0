"""Passwords that Entra ID accepts: generated ones, and a check of typed ones.

The rules (8 to 256 characters, three of four classes): https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy
"""

import secrets

from django.core.exceptions import ValidationError

# Without characters that are mistaken for each other when read aloud or typed from a note.
LOWER = "abcdefghijkmnpqrstuvwxyz"
UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "23456789"
SYMBOLS = "-_!#%+=?"
LENGTH = 16
SHORTEST = 8
CLASSES_WANTED = 3


def generate() -> str:
    """A random password of 16 characters in which each of the four classes is certain to occur (about 90 bits)."""
    chosen = [secrets.choice(group) for group in (LOWER, UPPER, DIGITS, SYMBOLS)]
    everything = LOWER + UPPER + DIGITS + SYMBOLS
    chosen += [secrets.choice(everything) for _ in range(LENGTH - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def check_strength(password: str) -> None:
    """Raise ValidationError for what Entra is certain to refuse. Banned words are known to the tenant only."""
    if len(password) < SHORTEST:
        raise ValidationError(f"Use at least {SHORTEST} characters.")
    if not (password.isascii() and password.isprintable()):
        raise ValidationError("Use letters from A to Z, digits, and the symbols of a keyboard.")
    classes = [
        any(c.islower() for c in password),
        any(c.isupper() for c in password),
        any(c.isdigit() for c in password),
        any(not c.isalnum() for c in password),
    ]
    if sum(classes) < CLASSES_WANTED:
        raise ValidationError("Use at least three of: small letters, capital letters, digits, symbols.")

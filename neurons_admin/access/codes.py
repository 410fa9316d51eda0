"""Codes that people type: those of authenticator apps (TOTP, RFC 6238) and recovery codes."""

import base64
import hashlib
import secrets
from typing import Final

import segno
from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

ISSUER: Final = "Neurons Admin"
# What every app supports; SHA-1 is no weakness where it is keyed (RFC 6238, 1.2).
SECRET_BYTES: Final = 20
DIGITS: Final = 6
STEP_SECONDS: Final = 30
# Clocks differ: the code before the present one counts, and the one after.
STEPS_OFF: Final = (0, -1, 1)
# No two that look alike; 20 of them are 99 bits.
RECOVERY_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
RECOVERY_LENGTH: Final = 20
QUIET_ZONE: Final = 4


def new_secret() -> str:
    """The secret of an app, as people could type it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_of(secret: str, code: str, now: float) -> int | None:
    """The thirty seconds that a code belongs to, counted since 1970; None if it is wrong, too old or too new."""
    present = int(now) // STEP_SECONDS
    typed = "".join(code.split()).encode()
    for off in STEPS_OFF:
        if constant_time.bytes_eq(code_at(secret, present + off), typed):
            return present + off
    return None


def code_at(secret: str, step: int) -> bytes:
    """The code of thirty seconds."""
    return _totp(secret).generate(step * STEP_SECONDS)


def address_for_app(secret: str, username: str) -> str:
    """The otpauth:// address that an app understands."""
    return _totp(secret).get_provisioning_uri(username, ISSUER)


def picture_of(text: str) -> tuple[int, str]:
    """A QR code: its size in squares, and the path of an SVG that draws the dark ones."""
    code = segno.make(text, micro=False)
    drawn = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(code.matrix_iter(border=QUIET_ZONE))
        for x, is_dark in enumerate(row)
        if is_dark
    ]
    return int(code.symbol_size(border=QUIET_ZONE)[0]), "".join(drawn)


def new_recovery_code() -> str:
    """A recovery code, in groups of four."""
    letters = "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4))


def looks_like_recovery_code(code: str) -> bool:
    """Whether what was typed is one by its length; spaces, hyphens and capital letters do not matter."""
    return len(_plain(code)) == RECOVERY_LENGTH


def hash_of(code: str) -> str:
    """What is kept of a recovery code."""
    return hashlib.sha256(_plain(code).encode()).hexdigest()


def _plain(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isalnum())


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303

"""The settings of the product on this machine: generated once, kept in var/local.env, under their public names."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

FILE = "local.env"
HEADING = "# Written by `make run`. For a shell: ENV_FILE=var/local.env .venv/bin/python manage.py ...\n"
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - no two that look alike
GENERATED: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "CREDENTIAL_KEYS": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
    "AUDIT_KEYS": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
    "METRICS_TOKEN": lambda: secrets.token_urlsafe(32),
    "DEMO_PASSWORD": lambda: "-".join(_word(4) for _ in range(4)),
}
FIXED = {
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "HTTPS": "0",
    "LOG_FORMAT": "line",
    "DEMO_TENANT": "1",
    "SECOND_FACTOR": "optional",
    "SERVE_UNCOLLECTED_STATIC": "1",
    "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
}


def _word(length: int) -> str:
    return "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(length))


def read(path: Path) -> dict[str, str]:
    """The names and values of an env file; nothing when there is no such file."""
    if not path.exists():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in lines}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Replace the env file at once, readable by its owner only."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(HEADING)
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    unfinished.rename(path)


def compose(kept: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The settings to run with, before engines and demo tenant add theirs.

    kept: what the env file holds; its generated values stay. given: the environment, which wins over fixed values.
    """
    generated = {name: kept.get(name) or make() for name, make in GENERATED.items()}
    return generated | {name: given.get(name, value) for name, value in FIXED.items()}

"""The OS user that PostgreSQL runs as. It refuses to run as root, so root lends it an unprivileged one."""

import os
import pwd
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import LocalError

CAN_REACH = 'for path; do test -x "$path" || { test -f "$path" && test -r "$path"; } || exit 1; done'
CANDIDATES = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """An existing OS user."""

    name: str
    uid: int
    gid: int

    def popen_options(self) -> dict[str, Any]:
        """What `subprocess` needs to start a program as this user, with no group of ours."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def find(name: str) -> Account | None:
    """The account of that name, or None when this machine has none."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def owner(path: Path) -> Account | None:
    """Whose that is; None when it is not there, or its owner has no name any more."""
    try:
        return find(path.owner())
    except (OSError, KeyError):
        return None


def choose(
    *,
    euid: int,
    last_time: Account | None = None,
    candidates: Sequence[str] = CANDIDATES,
    look_up: Callable[[str], Account | None] = find,
) -> Account | None:
    """Whom PostgreSQL shall run as: None means as ourselves; as root as last time, or as one that exists."""
    if euid != 0:
        return None
    if last_time is not None and last_time.uid != 0:
        return last_time
    for name in candidates:
        account = look_up(name)
        if account is not None and account.uid != 0:
            return account
    raise LocalError(
        "PostgreSQL cannot run as root, and this machine has no user named " + " or ".join(candidates) + ". "
        "Run as an ordinary user, or set DATABASE_URL."
    )


def can_reach(account: Account | None, *paths: Path) -> bool:
    """Whether that user can enter all these directories and read all these files (we always can).

    The kernel is asked, not the mode bits.
    """
    if account is None:
        return True
    check = subprocess.run(
        ["/bin/sh", "-c", CAN_REACH, "sh", *map(str, paths)],
        cwd="/",
        stdin=subprocess.DEVNULL,
        check=False,
        env={"PATH": os.defpath},
        **account.popen_options(),
    )
    return check.returncode == 0

"""Where the embedded engines keep their files: choices only, and directories that nobody else can enter."""

import hashlib
import os
import re
import stat
from pathlib import Path

from . import LocalError
from .accounts import Account

# A socket's address holds 108 bytes on Linux and 104 elsewhere, with a zero at the end.
SOCKET_PATH_LIMIT = 103
# What is put into these two stands in a directory of our own of mode 0700 (make_private).
OUTSIDE = Path("/var/tmp")  # noqa: S108 - survives a reboot, and every user can reach it
SHORT = Path("/tmp")  # noqa: S108 - not TMPDIR, which may be long and differs between shells
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def key_of(directory: Path) -> str:
    """A short name for a directory, to be used outside of it: the same one in every run."""
    return hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]


def outside(directory: Path) -> Path:
    """The stand-in for a directory that another OS user needs and cannot reach."""
    return OUTSIDE / f"neurons-admin-{key_of(directory)}"


def postgres_home(var: Path, *, reachable: bool) -> Path:
    """PostgreSQL's directory: in `var`, or outside when the user that PostgreSQL runs as cannot get there.

    Once outside it stays there: `var/postgres` is then a link that says so.
    """
    inside = var / "postgres"
    return inside if reachable and not inside.is_symlink() else outside(var)


def socket_directory(preferred: Path, socket_name: str) -> Path:
    """`preferred`, or a short directory in its place when a socket in it could not be addressed.

    A path with unusual characters is replaced too: in a URL it would need quoting, by everybody's own rules.
    """
    fits = len(os.fsencode(preferred / socket_name)) <= SOCKET_PATH_LIMIT
    if fits and PLAIN_PATH.fullmatch(str(preferred)):
        return preferred
    return SHORT / f"neurons-admin-{key_of(preferred)}"


def make_private(directory: Path, owner: Account | None = None) -> Path:
    """Make a directory of mode 0700 that is `owner`'s (by default ours); refuse one that is not."""
    uid, gid = (owner.uid, owner.gid) if owner else (os.geteuid(), os.getegid())
    directory.parent.mkdir(parents=True, exist_ok=True)
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
            raise LocalError(f"{directory} belongs to somebody else. Remove it, or run as its owner.") from None
    directory.chmod(0o700)
    if directory.lstat().st_uid != uid:
        os.chown(directory, uid, gid)
    return directory


def make_readable(directory: Path) -> Path:
    """Make a directory that everybody can read and only we can change; refuse one that is somebody else's."""
    make_private(directory).chmod(0o755)
    return directory


def make_var(var: Path) -> Path:
    """Make the directory for all that is not source: private, but root lets PostgreSQL's user pass."""
    var.mkdir(parents=True, exist_ok=True)
    if os.geteuid() not in {0, var.stat().st_uid}:
        raise LocalError(f"{var} belongs to somebody else. Remove it, or run as its owner.")
    var.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return var

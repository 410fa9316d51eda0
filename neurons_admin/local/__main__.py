"""`python -m neurons_admin.local run | engines | stop | clean`: the product, only its engines, the end of both."""

import argparse
import os
import signal
import sys
from pathlib import Path

import psutil

from . import LocalError, binaries, environment, instance, places
from .engines import Engines
from .supervisor import DATABASE, Supervisor

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 60.0


def run(var: Path) -> None:
    """Run the product until Ctrl-C."""
    Supervisor(var, os.environ).run()


def engines(var: Path) -> None:
    """Start PostgreSQL and Valkey, leave them running, and print the settings for a shell."""
    ours = Engines(places.make_var(var), database=DATABASE)
    settings = environment.compose(environment.read(var / environment.FILE), os.environ) | ours.start()
    if ours.postgres:
        ours.postgres.create_database(DATABASE)
    environment.write(var / environment.FILE, environment.read(var / environment.FILE) | settings)
    ours.let_go(keep_running=True)
    print(f"export ENV_FILE={var / environment.FILE}")


def stop(var: Path) -> None:
    """Stop the product if it runs here, and the engines."""
    noted = instance.read(var / instance.FILE)
    supervisor = noted.get("identity")
    if supervisor and instance.identity(int(supervisor[0])) == supervisor:
        os.kill(int(supervisor[0]), signal.SIGTERM)
        psutil.wait_procs([psutil.Process(int(supervisor[0]))], timeout=STOP_SECONDS)
    if var.exists():
        Engines(var, database=DATABASE).stop()


def clean(var: Path) -> None:
    """Stop everything, and remove the engines' data: those of `make run`, and those of the tests."""
    stop(var)
    for directory in (var, var / "test", *(var / "faults").glob("*")):
        if directory.exists():
            Engines(directory, database=DATABASE, given={}).remove()
    binaries.remove_copy()


COMMANDS = {"run": run, "engines": engines, "stop": stop, "clean": clean}


def main() -> int:
    """Do what the command line says; a problem of the machine is told in its own words."""
    parser = argparse.ArgumentParser(prog="python -m neurons_admin.local", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="where to keep data, logs and keys")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    try:
        COMMANDS[arguments.command](arguments.var.resolve())
    except LocalError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

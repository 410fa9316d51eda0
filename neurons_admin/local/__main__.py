"""`python -m neurons_admin.local run | engines | stop`: the product, only its engines, and the end of both."""

import argparse
import os
import signal
import sys
from pathlib import Path

import psutil

from . import LocalError, environment, instance, places
from .engines import Engines
from .supervisor import DATABASE, Supervisor

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
STOP_SECONDS = 60.0


def run() -> None:
    """Run the product until Ctrl-C."""
    Supervisor(ROOT, os.environ).run()


def engines() -> None:
    """Start PostgreSQL and Valkey, leave them running, and print the settings for a shell."""
    ours = Engines(places.make_var(VAR), database=DATABASE)
    settings = environment.compose(environment.read(VAR / environment.FILE), os.environ) | ours.start()
    if ours.postgres:
        ours.postgres.create_database(DATABASE)
    environment.write(VAR / environment.FILE, environment.read(VAR / environment.FILE) | settings)
    ours.let_go(keep_running=True)
    print(f"export ENV_FILE={VAR / environment.FILE}")


def stop() -> None:
    """Stop the product if it runs here, and the engines."""
    noted = instance.read(VAR / instance.FILE)
    supervisor = noted.get("identity")
    if supervisor and instance.identity(int(supervisor[0])) == supervisor:
        os.kill(int(supervisor[0]), signal.SIGTERM)
        psutil.wait_procs([psutil.Process(int(supervisor[0]))], timeout=STOP_SECONDS)
    if VAR.exists():
        Engines(VAR, database=DATABASE).stop()


COMMANDS = {"run": run, "engines": engines, "stop": stop}


def main() -> int:
    """Do what the command line says; a problem of the machine is told in its own words."""
    parser = argparse.ArgumentParser(prog="python -m neurons_admin.local", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    os.chdir(ROOT)
    try:
        COMMANDS[parser.parse_args().command]()
    except LocalError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

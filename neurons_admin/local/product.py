"""What the product consists of when it runs: the command line of each of its processes."""

import socket
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from . import LocalError

HOST = "127.0.0.1"
SIGN_IN = "/sign-in/"


def demo_tenant(directory: Path, *, port: int = 0, control: bool = False) -> list[str]:
    """The simulated Entra tenant; it writes `directory`/tenant.json when it is ready."""
    command = _python("-m", "neurons_admin.demo", "--dir", str(directory), "--port", str(port))
    return [*command, "--control"] if control else command


def prepare(tenant_file: Path | None) -> list[str]:
    """Migrate, and seed the demo when there is a demo tenant."""
    return _python("-m", "neurons_admin.local.prepare", *([str(tenant_file)] if tenant_file else []))


def web(port: int, *, reload: bool = False) -> list[str]:
    """The web server on loopback; `reload` is for people who change the code."""
    if reload:
        return _python("manage.py", "runserver", f"{HOST}:{port}")
    options = [
        "--worker-class=gthread",
        "--workers=2",
        "--threads=4",
    ]
    options += ["--graceful-timeout=5", "--no-control-socket", f"--bind={HOST}:{port}"]
    return _python("-m", "gunicorn", "neurons_admin.wsgi", *options)


def worker(queue: str, *, concurrency: int) -> list[str]:
    """A Celery worker for one queue."""
    options = [f"--queues={queue}", f"--concurrency={concurrency}", f"--hostname={queue}@%h"]
    # Talking with other workers costs seconds at the start, and there is nothing to tell them.
    options += ["--without-gossip", "--without-mingle", "--loglevel=INFO"]
    return _python("-m", "celery", "--app=neurons_admin", "worker", *options)


def background() -> dict[str, list[str]]:
    """The processes behind the web server, by name."""
    return {
        "worker": worker("actions", concurrency=3),
        "sync": worker("sync", concurrency=1),
        "sweeper": _python("manage.py", "sweep"),
    }


def child_environment(settings: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The environment of those processes: our settings, and the surrounding environment, which wins."""
    environment = dict(settings) | dict(given)
    environment.pop("ENV_FILE", None)
    # The demo tenant is on this machine: no proxy that the surroundings name is to be asked for it.
    environment["NO_PROXY"] = ",".join(filter(None, (given.get("NO_PROXY"), "localhost", HOST)))
    environment["DJANGO_SETTINGS_MODULE"] = "neurons_admin.settings"
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def free_port(wanted: int) -> int:
    """`wanted`, or the next port that nothing listens on; looks at both loopbacks, as a browser does."""
    for port in range(wanted, 65536):
        if _is_free(port):
            return port
    raise LocalError(f"All ports from {wanted} on are taken.")


def answers(port: int) -> bool:
    """Whether the sign-in page is served on that port."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", SIGN_IN, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _is_free(port: int) -> bool:
    for family, address in ((socket.AF_INET, HOST), (socket.AF_INET6, "::1")):
        with socket.socket(family) as probe:
            probe.settimeout(1)
            if probe.connect_ex((address, port)) == 0:
                return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]

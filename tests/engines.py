"""A pytest plugin that has the database, the broker and every setting ready before Django reads its settings.

It is loaded by `-p tests.engines` in pyproject.toml. DATABASE_URL and REDIS_URL are honoured; without them
embedded engines run under var/test. Each run has databases of its own, in both engines, so that two runs in one
clone do not meet. KEEP_ENGINES=1 leaves the engines running for the next run.
"""

import atexit
import base64
import os
import secrets
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
from psycopg import sql

from neurons_admin.local import places
from neurons_admin.local.engines import Engines
from neurons_admin.local.valkey import DATABASES

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "test"
DATABASE = f"neurons_admin_{os.getpid()}"
# Where the Valkey is that a run has started, for the processes among which it divides its tests: each takes databases
# of its own in it, or a worker of one would be rung for what is in the database of another.
OURS = "TEST_VALKEY"
BROKER_DATABASE = 2 * os.getpid() % DATABASES
SETTINGS = {
    "SECRET_KEY": secrets.token_urlsafe(48),
    "CREDENTIAL_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
    "AUDIT_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "HTTPS": "0",
    "LOG_FORMAT": "line",
    "DEMO_TENANT": "1",
    "SECOND_FACTOR": "optional",
    "SERVE_UNCOLLECTED_STATIC": "1",
    "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
NOT_FOR_TESTS = ("ENV_FILE", "DEBUG", "ENTRA_AUTHORITY_URL", "GRAPH_URL", "ENTRA_CA_BUNDLE", "CSRF_TRUSTED_ORIGINS")

engines = Engines(VAR, database=DATABASE, durable=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Before pytest-django looks at the settings. At exit the last run stops the engines."""
    prepare()
    return (yield)


def prepare() -> None:
    """Start the engines and fill in the environment; for programs beside pytest, too, that work on test engines."""
    for name in NOT_FOR_TESTS:
        os.environ.pop(name, None)
    os.environ.update(SETTINGS)
    places.make_var(VAR.parent)
    atexit.register(engines.let_go, keep_running=os.environ.get("KEEP_ENGINES") == "1")
    os.environ.update(engines.start())
    if engines.valkey:
        os.environ[OURS] = engines.valkey.url()
    if OURS in os.environ:
        os.environ["REDIS_URL"] = _broker(BROKER_DATABASE)
    if engines.postgres:
        _drop_databases_of_dead_runs()


def database_url(name: str) -> str:
    """The address of another database in the cluster that the tests use."""
    if engines.postgres:
        return engines.postgres.url(name)
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def broker_url() -> str:
    """The address of a broker that the running product can have for itself, as far as that is ours to give."""
    return _broker(BROKER_DATABASE + 1) if OURS in os.environ else os.environ["REDIS_URL"]


def _broker(database: int) -> str:
    return f"{os.environ[OURS]}?virtual_host={database}"


def drop_database(name: str) -> None:
    """Drop a database with all connections to it, if it is there."""
    with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def create_database(name: str) -> str:
    """Make an empty database; returns its address."""
    drop_database(name)
    with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return database_url(name)


def _drop_databases_of_dead_runs() -> None:
    """A run that was killed left its databases; their names say whose they were."""
    with psycopg.connect(database_url("postgres")) as connection:
        pattern = r"^test_neurons_admin_(\d+)(_product)?$"
        rows = connection.execute(
            "SELECT datname, substring(datname FROM %(p)s)::int FROM pg_database WHERE datname ~ %(p)s", {"p": pattern}
        ).fetchall()
    for name, pid in rows:
        if not psutil.pid_exists(pid):
            drop_database(name)

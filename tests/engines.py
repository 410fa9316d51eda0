"""A pytest plugin that has the database, the broker and every setting ready before Django reads its settings.

It is loaded by `-p tests.engines` in pyproject.toml. DATABASE_URL and REDIS_URL are honoured; without them
embedded engines run under var/test. Each run has a database of its own, so that two runs in one clone do not
meet. KEEP_ENGINES=1 leaves the engines running for the next run.
"""

import atexit
import base64
import os
import secrets
from collections.abc import Generator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from neurons_admin.local import places
from neurons_admin.local.engines import Engines

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "test"
DATABASE = "neurons_admin"
SETTINGS = {
    "SECRET_KEY": secrets.token_urlsafe(48),
    "CREDENTIAL_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "HTTPS": "0",
    "DEMO_TENANT": "1",
    "SERVE_UNCOLLECTED_STATIC": "1",
    "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
NOT_FOR_TESTS = (
    "ENV_FILE",
    "DEBUG",
    "ENTRA_AUTHORITY_URL",
    "GRAPH_URL",
    "ENTRA_CA_BUNDLE",
    "CSRF_TRUSTED_ORIGINS",
)

engines = Engines(VAR, database=f"{DATABASE}_{os.getpid()}", durable=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Before pytest-django looks at the settings. At exit the last run stops the engines."""
    for name in NOT_FOR_TESTS:
        os.environ.pop(name, None)
    os.environ.update(SETTINGS)
    places.make_var(VAR.parent)
    atexit.register(engines.let_go, keep_running=os.environ.get("KEEP_ENGINES") == "1")
    os.environ.update(engines.start())
    if engines.postgres:
        drop_databases_of_dead_runs(engines.postgres.url("postgres"))
    return (yield)


def drop_databases_of_dead_runs(url: str) -> None:
    """A run that was killed left its database; its name says whose it was."""
    with psycopg.connect(url, autocommit=True) as connection:
        names = connection.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [rf"^test_{DATABASE}_\d+$"])
        for (name,) in names.fetchall():
            if not psutil.pid_exists(int(name.rsplit("_", 1)[1])):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

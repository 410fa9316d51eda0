"""A process that may not start says so in one sentence and ends, whoever starts it."""

import base64
import secrets

import pytest
from celery.signals import worker_init
from django.core.management import call_command
from django.db import OperationalError

from neurons_admin import starting
from neurons_admin.starting import REFUSED, begin, process_starting
from tests.signing_in import CANARY

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:DjangoFixup.on_worker_init"),  # there is no worker in these tests
]


@pytest.fixture
def wrong_keys(settings):
    settings.CREDENTIAL_KEYS = [base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()]


@pytest.fixture
def objection():
    """Have something else than the keys object."""
    receivers = []

    def connect(exception):
        def object_to_it(**_):
            raise exception

        receivers.append(object_to_it)
        process_starting.connect(object_to_it)

    yield connect
    for receiver in receivers:
        process_starting.disconnect(receiver)


def refusal(capsys, start):
    with pytest.raises(SystemExit) as caught:
        start()
    assert caught.value.code == REFUSED
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


@pytest.mark.usefixtures("wrong_keys")
@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("web", lambda: begin("web")),
        ("worker", lambda: worker_init.send(sender=None)),
        ("sweeper", lambda: call_command("sweep", once=True)),
    ],
)
def test_nothing_starts_with_the_wrong_keys(capsys, name, start):
    assert refusal(capsys, start).startswith(f"{name}: CREDENTIAL_KEYS does not open the stored secrets. Nothing was")


def test_nothing_starts_while_the_database_is_silent(capsys, objection, monkeypatch):
    monkeypatch.setattr(starting, "DATABASE_PATIENCE_SECONDS", 0.0)
    objection(OperationalError("connection refused\n"))
    assert "The database does not answer" in refusal(capsys, lambda: worker_init.send(sender=None))


def test_a_database_that_comes_back_is_waited_for(capsys, objection, monkeypatch):
    monkeypatch.setattr(starting, "DATABASE_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(starting, "close_old_connections", lambda: None)  # it would end the test's transaction
    answers = iter([OperationalError("the database system is starting up"), OperationalError("refused"), None])

    def look(**_):
        if problem := next(answers):
            raise problem

    process_starting.connect(look)
    begin("web")
    process_starting.disconnect(look)
    assert next(answers, "all asked") == "all asked"
    assert capsys.readouterr().err == ""


def test_nothing_starts_when_what_is_looked_at_first_fails(capsys, objection):
    objection(RuntimeError(CANARY))
    assert CANARY not in refusal(capsys, lambda: begin("web"))


def test_with_all_well_it_starts(capsys):
    worker_init.send(sender=None)
    assert capsys.readouterr().err == ""

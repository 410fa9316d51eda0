"""The search for secrets finds one that was planted, wherever and in whatever form."""

import base64
import json
import uuid
from urllib.parse import quote_plus

import pytest
import redis
from celery import current_app
from django.db import connection

from credentials.models import Credential
from neurons_admin.access.session_store import SessionStore
from tests import engines, leaks
from tests.factories import make_user
from tests.leaks import Place

SECRET = 'Tr0ub4dor&3 "<ä>+/~'
SECRETS = {"the planted one": SECRET}


@pytest.mark.parametrize(
    "content",
    [
        SECRET,
        quote_plus(SECRET),
        json.dumps({"password": SECRET}),
        json.dumps({"password": SECRET}, ensure_ascii=False),
        SECRET.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;"),
        SECRET.encode().hex(),
        *[base64.b64encode(f"{around}{SECRET}{behind}".encode()).decode()
          for around in ("", "a", "ab", "abc") for behind in ("", "x", "xy")],
        base64.urlsafe_b64encode(f"{{{SECRET}}}".encode()).decode(),
    ],
)  # fmt: skip
def test_it_is_found_in_every_form(content):
    assert leaks.find(SECRETS, [Place("here", content.encode())])


def test_nothing_is_found_where_nothing_is():
    assert leaks.find(SECRETS, [Place("here", SECRET[:-1].encode()), Place("there", b"")]) == []


def test_what_is_found_is_told_without_the_secret():
    [line] = leaks.find(SECRETS, [Place("the log", SECRET.encode())])
    assert "the planted one is in the log" in line
    assert SECRET not in line


def test_an_access_token_is_found():
    part = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": "a-key-id"}).encode()).decode().rstrip("=")
    assert leaks.find({}, [Place("here", f"Bearer {part}.{part}.{part}".encode())])


def test_what_is_too_short_to_be_looked_for_is_refused():
    with pytest.raises(ValueError, match="too short"):
        leaks.find({"it": "short"}, [])


@pytest.mark.django_db(transaction=True)
def test_it_is_found_in_tables_and_packed_sessions():
    url = engines.database_url(connection.settings_dict["NAME"])
    assert leaks.find(SECRETS, leaks.in_database(url)) == []
    make_user(first_name=SECRET)
    session = SessionStore()
    session["typed"] = SECRET + "x" * 2000  # long enough to be compressed
    session.save()
    found = "\n".join(leaks.find(SECRETS, leaks.in_database(url)))
    assert "table access_user" in found
    assert "a session" in found


@pytest.mark.django_db(transaction=True)
def test_a_secret_that_is_encrypted_is_not_found():
    credential = Credential(name="Kept", tenant_id=uuid.uuid4(), client_id=uuid.uuid4())
    credential.set_secret(SECRET)
    credential.save()
    assert leaks.find(SECRETS, leaks.in_database(engines.database_url(connection.settings_dict["NAME"]))) == []


@pytest.fixture
def broker():
    url = engines.broker_url().replace("redis+socket://", "unix://").replace("virtual_host", "db")
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield client
        client.flushdb()


def test_it_is_found_in_every_kind_of_value_in_the_broker(broker):
    broker.set("string", SECRET)
    broker.rpush("list", "a", SECRET)
    broker.sadd("set", SECRET)
    broker.hset("hash", "field", SECRET)
    broker.zadd("zset", {SECRET: 1})
    broker.set(SECRET, "as a key")
    assert len(leaks.find(SECRETS, leaks.in_broker(broker))) == 6


def test_it_is_found_in_a_celery_message(broker):
    with current_app.connection(engines.broker_url()) as link:
        current_app.send_task("people.tasks.carry_out_run", args=[SECRET], connection=link, queue="planted")
    assert "planted" in "\n".join(leaks.find(SECRETS, leaks.in_broker(broker)))


def test_it_is_found_in_files(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "web.log").write_text(f"2026-01-01 INFO {SECRET}")
    assert leaks.find(SECRETS, leaks.in_files(tmp_path, "*.log")) == ["the planted one is in file web.log (as it is)"]

"""The chain: whatever is changed past the product is found, and nothing is recorded without it."""

import base64
import secrets
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from neurons_admin.access.models import User
from neurons_admin.audit import chain
from neurons_admin.audit.models import Event, Link, record
from neurons_admin.audit.verifying import BrokenChainError, verify
from neurons_admin.starting import process_starting
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 8


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def ada():
    return make_user(username="ada")


@pytest.fixture
def trail(ada):
    """Six events, each of a transaction of its own."""
    return [record("member.changed", ada, actor=ada, detail={"number": number}) for number in range(6)]


def past_the_product(*statements: str) -> None:
    """As somebody who owns the tables could do it."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("audit_event", "audit_link"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in ("audit_event", "audit_link"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@transaction.atomic
def rename(member):
    """Something that is done and recorded."""
    User.objects.filter(pk=member.pk).update(first_name="Mallory")
    record("member.changed", member, actor=member)


def test_what_was_recorded_verifies(trail):
    assert verify().position == 6
    assert list(Link.objects.values_list("event_id", flat=True)) == [event.pk for event in trail]


def test_events_of_one_transaction_are_chained_in_their_order(ada):
    with transaction.atomic():
        events = [record("member.changed", ada, actor=None) for _ in range(3)]
        assert not Link.objects.exists()
    assert list(Link.objects.values_list("event_id", flat=True)) == [event.pk for event in events]
    assert verify().position == 3


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = 'Mallory'", "actor_id = actor_id + 1", "at = at + interval '1 microsecond'",
        "verb = 'role.added'", "subject_type = 'access.role'", "subject_id = '0'", "subject_name = 'x'",
        "detail = '{}'", "about = '{}'",
    ],
)  # fmt: skip
def test_an_edited_event_is_found(trail, change):
    past_the_product(f"UPDATE audit_event SET {change} WHERE id = {trail[2].pk}")
    with pytest.raises(BrokenChainError, match=f"Position 3, event {trail[2].pk}: the event or its link was changed"):
        verify()


def test_an_event_deleted_in_the_middle_is_found(trail):
    past_the_product(f"DELETE FROM audit_event WHERE id = {trail[3].pk}")
    with pytest.raises(BrokenChainError, match=f"Position 4, event {trail[3].pk}: the event was deleted"):
        verify()


def test_an_event_deleted_with_its_link_is_found(trail):
    past_the_product("DELETE FROM audit_link WHERE position = 4", f"DELETE FROM audit_event WHERE id = {trail[3].pk}")
    with pytest.raises(BrokenChainError, match="Position 4 is missing"):
        verify()


def test_a_gap_that_was_closed_is_found(trail):
    past_the_product(
        "DELETE FROM audit_link WHERE position = 4",
        f"DELETE FROM audit_event WHERE id = {trail[3].pk}",
        "UPDATE audit_link SET position = position - 1 WHERE position = 5",
        "UPDATE audit_link SET position = position - 1 WHERE position = 6",
    )
    with pytest.raises(BrokenChainError, match="Position 4, event"):
        verify()


def test_events_whose_contents_were_swapped_are_found(trail):
    first, second = trail[1].pk, trail[4].pk
    past_the_product(
        f"UPDATE audit_event a SET detail = b.detail, at = b.at FROM audit_event b"
        f" WHERE (a.id, b.id) IN (({first}, {second}), ({second}, {first}))"
    )
    with pytest.raises(BrokenChainError, match=f"in the place of event {second}, their order was swapped"):
        verify()


def test_links_whose_events_were_swapped_are_found(trail):
    first, second = trail[1].pk, trail[4].pk
    past_the_product(
        f"UPDATE audit_link SET event_id = -1 WHERE event_id = {first}",
        f"UPDATE audit_link SET event_id = {first} WHERE event_id = {second}",
        f"UPDATE audit_link SET event_id = {second} WHERE event_id = -1",
    )
    with pytest.raises(BrokenChainError, match=f"in the place of event {first}, their order was swapped"):
        verify()


def test_a_forged_event_without_a_link_is_found(trail):
    past_the_product(
        "INSERT INTO audit_event (actor_name, verb, subject_type, subject_id, subject_name, detail, about)"
        " VALUES ('ada', 'role.added', 'access.role', '1', 'x', '{}', '{}')"
    )
    with pytest.raises(BrokenChainError, match="is in no link: it was inserted past the product"):
        verify()


def test_a_forged_link_is_found(trail):
    past_the_product(
        "INSERT INTO audit_event (id, actor_name, verb, subject_type, subject_id, subject_name, detail, about)"
        " VALUES (900000, 'ada', 'role.added', 'access.role', '1', 'x', '{}', '{}')",
        "INSERT INTO audit_link SELECT 7, 900000, key_id, mac FROM audit_link WHERE position = 6",
    )
    with pytest.raises(BrokenChainError, match="Position 7, event 900000"):
        verify()


def test_a_cut_end_is_found_by_a_head_that_was_kept_outside_only(trail):
    kept = verify()
    past_the_product(
        "DELETE FROM audit_link WHERE position > 4",
        f"DELETE FROM audit_event WHERE id IN ({trail[4].pk}, {trail[5].pk})",
    )
    assert verify().position == 4
    with pytest.raises(BrokenChainError, match="Position 6, named by a head kept outside, is missing: the end was"):
        verify(kept=[kept])


def test_an_end_that_was_cut_and_grew_again_is_found_by_a_head_kept_outside(trail, ada):
    kept = verify()
    past_the_product("DELETE FROM audit_link WHERE position > 5", f"DELETE FROM audit_event WHERE id = {trail[5].pk}")
    for _ in range(3):
        record("member.changed", ada, actor=ada)
    assert verify().position == 8
    with pytest.raises(BrokenChainError, match="Position 6 is not the one kept outside"):
        verify(kept=[kept])


def test_from_a_head_on_only_what_came_later_is_read(trail, ada):
    head = verify()
    record("member.changed", ada, actor=ada)
    past_the_product(f"UPDATE audit_event SET subject_name = 'x' WHERE id = {trail[0].pk}")
    assert verify(head).position == 7
    with pytest.raises(BrokenChainError, match="Position 1, event"):
        verify()


def test_a_chain_longer_than_a_batch_verifies_and_breaks_across_it(trail, monkeypatch):
    monkeypatch.setattr("neurons_admin.audit.verifying.LINKS", LINKS_OF_TWO)
    assert verify().position == 6
    past_the_product("DELETE FROM audit_link WHERE position = 3", f"DELETE FROM audit_event WHERE id = {trail[2].pk}")
    with pytest.raises(BrokenChainError, match="Position 3 is missing"):
        verify()


LINKS_OF_TWO = f"""
SELECT l.position, l.event_id, l.key_id, l.mac, {chain.COLUMNS}
FROM audit_link l LEFT JOIN audit_event e ON e.id = l.event_id WHERE l.position > %s ORDER BY l.position LIMIT 2
"""


def test_a_key_that_is_gone_is_named(trail, settings):
    lost = chain.keyring()
    settings.AUDIT_KEYS = [new_key()]
    with pytest.raises(BrokenChainError, match=f"chained with the key {next(iter(lost))}, which is not in AUDIT_KEYS"):
        verify()


def test_keys_are_rotated_by_putting_one_in_front(trail, ada, settings):
    settings.AUDIT_KEYS = [new_key(), *settings.AUDIT_KEYS]
    record("member.changed", ada, actor=ada)
    assert verify().position == 7
    assert Link.objects.values("key_id").distinct().count() == 2


def test_what_is_rolled_back_leaves_no_hole(trail, ada):
    with transaction.atomic():
        record("member.changed", ada, actor=ada)
        transaction.set_rollback(True)
    with transaction.atomic():
        record("member.added", ada, actor=ada)
        with transaction.atomic():
            record("member.changed", ada, actor=ada)
            transaction.set_rollback(True)
        record("member.activated", ada, actor=ada)
    assert verify().position == 8
    assert Event.objects.count() == 8


@pytest.mark.parametrize("table", ["audit_event", "audit_link"])
def test_what_cannot_be_recorded_is_not_done(ada, table):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT nothing_more CHECK (false) NOT VALID")
    try:
        with pytest.raises(DatabaseError, match="nothing_more"):
            rename(ada)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT nothing_more")
    ada.refresh_from_db()
    assert ada.first_name != "Mallory"
    assert not Event.objects.exists()


def test_without_a_key_nothing_is_done(ada, settings):
    settings.AUDIT_KEYS = []
    with pytest.raises(ImproperlyConfigured, match="AUDIT_KEYS is empty"):
        rename(ada)
    ada.refresh_from_db()
    assert ada.first_name != "Mallory"
    assert not Event.objects.exists()


def test_the_database_takes_no_event_past_the_chain(ada):
    connection.ensure_connection()
    with pytest.raises(DatabaseError, match="was not chained: nothing was recorded"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (actor_name, verb, subject_type, subject_id, subject_name, detail, about)"
            " VALUES ('ada', 'role.added', 'access.role', '1', 'x', '{}', '{}')"
        )
    assert not Event.objects.exists()


@pytest.mark.parametrize("table", ["audit_event", "audit_link"])
@pytest.mark.parametrize("statement", ["TRUNCATE {}", "TRUNCATE {} CASCADE", "DELETE FROM {}"])
def test_neither_table_is_emptied(trail, table, statement):
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert verify().position == 6


@pytest.mark.parametrize("change", ["mac = ''", "position = position + 100", "event_id = event_id + 100"])
def test_a_link_is_not_changed(trail, change):
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_link SET {change}")


def test_many_who_record_at_once_make_one_chain(ada):
    each = 25

    def write(_):
        try:
            for number in range(each):
                with transaction.atomic():
                    record("member.changed", ada, actor=None)
                    if number % 5 == 0:
                        record("member.activated", ada, actor=None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(write, range(WRITERS)))
    assert verify().position == Event.objects.count() == WRITERS * (each + 5)


def test_who_records_first_and_then_waits_for_a_row_holds_up_nobody(ada):
    """Nothing is locked for recording before the commit: others record and commit meanwhile."""
    other = make_user(username="grace")

    def write():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                record("member.changed", other, actor=None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as writer, transaction.atomic():
        record("member.changed", ada, actor=None)
        writer.submit(write).result(timeout=10)
    assert verify().position == 2


@pytest.mark.parametrize(
    ("keys", "words"),
    [([], "empty"), (["A" * 43 + "="], "32 random bytes"), (["short"], "AUDIT_KEYS"), (["%%%"], "AUDIT_KEYS")],
    ids=["none", "weak", "short", "no base64"],
)
def test_nothing_starts_with_a_missing_or_weak_key(settings, keys, words):
    settings.AUDIT_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match=words):
        process_starting.send(sender="web")


def test_nothing_starts_without_the_key_of_the_last_link(trail, settings):
    settings.AUDIT_KEYS = [new_key()]
    with pytest.raises(ImproperlyConfigured, match="AUDIT_KEYS does not hold the key"):
        process_starting.send(sender="web")


def test_the_command_prints_a_head_that_it_takes_back(trail):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    head = out.getvalue().rpartition(" ")[2].strip()
    assert head.startswith("6:")
    call_command("verify_audit", "--start", head, "--kept", head, stdout=out)
    past_the_product("DELETE FROM audit_link WHERE position = 6", f"DELETE FROM audit_event WHERE id = {trail[5].pk}")
    with pytest.raises(CommandError, match="the end was cut") as refused:
        call_command("verify_audit", "--kept", head)
    assert refused.value.returncode == 1


@pytest.mark.parametrize("text", ["", "6", "0:" + "0" * 64, "6:00", "x:" + "0" * 64])
def test_what_is_no_head_is_refused_by_the_command(text):
    with pytest.raises(CommandError, match="A head is"):
        call_command("verify_audit", f"--kept={text}")

"""The keys: their rotation by the command, and the canary that keeps a process with the wrong ones from starting."""

import base64
import secrets

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from encrypted_fields.fields import EncryptedTextField

from credentials import keys, rotation
from credentials.models import Credential, KeyCanary
from neurons_admin.audit.models import THE_SYSTEM, Event
from neurons_admin.encryption import SecretUnreadable, encrypted_fields, newest_key_id
from neurons_admin.starting import process_starting
from tests.factories import make_connector, make_credential
from tests.signing_in import CANARY

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_keys(settings):
    """The keys of before; a new one has been put in front of them."""
    old = list(settings.CREDENTIAL_KEYS)
    yield old
    settings.CREDENTIAL_KEYS = old


def put_new_key_in_front(settings):
    settings.CREDENTIAL_KEYS = [base64.b64encode(secrets.token_bytes(32)).decode(), *settings.CREDENTIAL_KEYS]


def stored(model=Credential, column="client_secret"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {column} FROM {model._meta.db_table}")
        return dict(cursor.fetchall())


def write_past_the_product(credential, value):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE credentials_credential SET client_secret = %s WHERE id = %s", [value, credential.pk])


def outdated():
    return {column.label: column.outdated for column in rotation.columns()}


def test_every_encrypted_column_of_the_product_is_found():
    by_hand = {
        f"{model._meta.label}.{field.attname}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields(include_parents=False, include_hidden=True)
        if isinstance(field, EncryptedTextField)
    }
    assert set(outdated()) == by_hand
    assert set(outdated()) >= {
        "credentials.Credential.client_secret",
        "credentials.KeyCanary.value",
        "connectors.Connector.delta_link",
        "connectors.SyncRun.page_link",
        "people.SealedPassword.value",
    }
    names = [field.attname for field in encrypted_fields([Credential])]
    assert names == ["client_secret", "private_key", "staged_private_key"]


def test_what_an_old_key_wrote_still_opens_and_is_counted(settings, old_keys):
    credential = make_credential(secret=CANARY)
    make_connector(acts=False)
    put_new_key_in_front(settings)
    assert Credential.objects.get(pk=credential.pk).client_secret.reveal() == CANARY
    counts = outdated()
    assert counts["credentials.Credential.client_secret"] == 2
    assert counts["connectors.Connector.delta_link"] == 0  # empty: there is nothing to rotate


def test_a_dry_run_counts_and_changes_nothing(settings, old_keys, capsys):
    make_credential(secret=CANARY)
    before = stored()
    put_new_key_in_front(settings)
    call_command("rotate_credential_keys", "--dry-run")
    printed = capsys.readouterr().out
    assert "credentials.Credential.client_secret: 1 stored, 1 with an older key" in printed
    assert "nothing was changed" in printed
    assert CANARY not in printed
    assert stored() == before


def test_after_a_rotation_the_old_key_can_be_taken_away(settings, old_keys, capsys):
    credential = make_credential(secret=CANARY)
    before = Credential.objects.get(pk=credential.pk)
    put_new_key_in_front(settings)
    call_command("rotate_credential_keys")
    assert "older keys may be removed" in capsys.readouterr().out
    assert set(outdated().values()) == {0}
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS[:1]
    after = Credential.objects.get(pk=credential.pk)
    assert after.client_secret.reveal() == CANARY
    assert (after.secret_set_at, after.changed_at) == (before.secret_set_at, before.changed_at)
    keys.verify()


def test_a_second_rotation_has_nothing_to_do(settings, old_keys):
    make_credential()
    put_new_key_in_front(settings)
    call_command("rotate_credential_keys")
    before = stored()
    call_command("rotate_credential_keys")
    assert stored() == before


def test_it_refuses_to_begin_where_a_secret_does_not_open_and_names_the_row(settings, old_keys, capsys):
    good, broken = (make_credential(f"Credential {n}", secret=CANARY) for n in range(2))
    write_past_the_product(broken, "plain")
    put_new_key_in_front(settings)
    before, events = stored(), Event.objects.count()
    with pytest.raises(CommandError, match="1 stored secrets do not open; nothing was changed"):
        call_command("rotate_credential_keys")
    said = capsys.readouterr()
    assert f"credentials.credential.client_secret:{broken.pk}" in said.err
    assert "plain" not in said.err + said.out
    assert str(good.pk) not in said.err
    assert (stored(), Event.objects.count()) == (before, events)


def test_a_dry_run_finds_what_does_not_open(settings, old_keys):
    write_past_the_product(make_credential(secret=CANARY), "plain")
    with pytest.raises(CommandError, match="do not open"):
        call_command("rotate_credential_keys", "--dry-run")


def test_what_does_not_open_can_be_left_behind_on_purpose(settings, old_keys, capsys):
    good, broken, other = (make_credential(f"Credential {n}", secret=CANARY) for n in range(3))
    write_past_the_product(broken, "plain")
    put_new_key_in_front(settings)
    with pytest.raises(CommandError, match="1 secrets do not open"):
        call_command("rotate_credential_keys", "--leave-unreadable")
    columns = stored()
    assert columns[broken.pk] == "plain"
    for credential in (good, other):
        assert columns[credential.pk].startswith(f"v1:{newest_key_id()}:")


def test_the_status_says_which_key_is_used_by_how_many_rows(settings, old_keys, capsys):
    old = newest_key_id()
    make_credential(secret=CANARY)
    put_new_key_in_front(settings)
    make_credential("Another", secret=CANARY)
    call_command("rotate_credential_keys", "--status")
    said = capsys.readouterr().out
    assert f"credentials.Credential.client_secret: 1 with the older key {old}" in said
    assert f"credentials.Credential.client_secret: 1 with key {newest_key_id()}, the newest" in said
    assert "may be removed" not in said
    call_command("rotate_credential_keys")
    capsys.readouterr()
    call_command("rotate_credential_keys", "--status")
    said = capsys.readouterr().out
    assert f"Nothing uses the older key {old}: it may be removed." in said
    assert CANARY not in said


def test_the_status_shows_what_no_key_opens(settings, old_keys, capsys):
    old = newest_key_id()
    write_past_the_product(make_credential(secret=CANARY), "plain")
    make_credential("Another", secret=CANARY)
    put_new_key_in_front(settings)
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS[:1]
    call_command("rotate_credential_keys", "--status")
    said = capsys.readouterr().out
    assert "client_secret: 1 with no key: not written by this product" in said
    assert f"client_secret: 1 with key {old}, which is NOT in CREDENTIAL_KEYS" in said


def test_a_rotation_is_in_the_trail_without_a_value(settings, old_keys):
    make_credential(secret=CANARY)
    old = newest_key_id()
    put_new_key_in_front(settings)
    call_command("rotate_credential_keys")
    begun, done = Event.objects.filter(verb__startswith="keys.").order_by("id")
    assert (begun.verb, done.verb) == ("keys.rotation_begun", "keys.rotated")
    assert done.detail["key"] == newest_key_id()
    assert done.detail["older"] == [old]
    assert done.detail["rows"] == {"credentials.Credential.client_secret": 1, "credentials.KeyCanary.value": 1}
    assert done.actor_name == THE_SYSTEM


def test_one_that_is_interrupted_is_finished_by_the_next(settings, old_keys, monkeypatch):
    for number in range(4):
        make_credential(f"Credential {number}", secret=CANARY)
    put_new_key_in_front(settings)
    real, calls = rotation.seal_anew, []

    def until_the_third(field, pk):
        calls.append(pk)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(field, pk)

    monkeypatch.setattr(rotation, "seal_anew", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        call_command("rotate_credential_keys")
    assert sum(outdated().values()) == 3
    assert {credential.client_secret.reveal() for credential in Credential.objects.all()} == {CANARY}
    monkeypatch.setattr(rotation, "seal_anew", real)
    call_command("rotate_credential_keys")
    assert sum(outdated().values()) == 0


def test_a_process_that_still_writes_with_the_older_key_is_noticed(settings, old_keys, monkeypatch):
    make_credential(secret=CANARY)
    put_new_key_in_front(settings)
    real = rotation.seal_anew

    def and_somebody_stores_with_the_old_key(field, pk):
        new, settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS, old_keys
        make_credential(f"Made beside {pk}", secret=CANARY)
        settings.CREDENTIAL_KEYS = new
        return real(field, pk)

    monkeypatch.setattr(rotation, "seal_anew", and_somebody_stores_with_the_old_key)
    with pytest.raises(CommandError, match="Restart all of them"):
        call_command("rotate_credential_keys")


def test_a_row_that_is_deleted_meanwhile_is_no_error(settings, old_keys, monkeypatch):
    make_credential(), make_credential("Another")
    put_new_key_in_front(settings)
    real = rotation.seal_anew

    def after_it_was_deleted(field, pk):
        if field.model is Credential:
            Credential.objects.filter(pk=pk).delete()
        return real(field, pk)

    monkeypatch.setattr(rotation, "seal_anew", after_it_was_deleted)
    call_command("rotate_credential_keys")
    assert not Credential.objects.exists()


def test_a_key_that_is_none_is_refused_in_a_sentence(settings):
    settings.CREDENTIAL_KEYS = ["too short"]
    with pytest.raises(CommandError, match="CREDENTIAL_KEYS"):
        call_command("rotate_credential_keys", "--status")


def test_the_canary_sings_with_the_right_keys():
    assert KeyCanary.objects.count() == 1
    keys.verify()


def test_nothing_starts_with_the_wrong_keys(settings, old_keys):
    settings.CREDENTIAL_KEYS = [base64.b64encode(secrets.token_bytes(32)).decode()]
    before = stored(KeyCanary, "value")
    with pytest.raises(ImproperlyConfigured, match="Nothing was started and nothing was changed"):
        process_starting.send(sender="a test")
    assert stored(KeyCanary, "value") == before


def test_a_canary_that_was_tampered_with_keeps_things_from_starting():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE credentials_keycanary SET value = %s", [keys.CANARY_TEXT])
    with pytest.raises(ImproperlyConfigured):
        keys.verify()
    with pytest.raises(SecretUnreadable):
        KeyCanary.objects.get().value.reveal()


def test_the_canary_is_planted_once():
    keys.plant_canary()
    keys.plant_canary()
    assert KeyCanary.objects.count() == 1

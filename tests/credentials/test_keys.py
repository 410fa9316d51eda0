"""The keys: their rotation by the command, and the canary that keeps a process with the wrong ones from starting."""

import base64
import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from credentials import keys
from credentials.models import Credential, KeyCanary
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


def outdated():
    return {column.label: column.outdated for column in keys.columns()}


def test_every_encrypted_column_of_the_product_is_found():
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


def test_a_secret_that_does_not_open_is_named_left_alone_and_holds_up_nobody(settings, old_keys, capsys):
    good, broken, other = (make_credential(f"Credential {n}", secret=CANARY) for n in range(3))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE credentials_credential SET client_secret = 'plain' WHERE id = %s", [broken.pk])
    put_new_key_in_front(settings)
    with pytest.raises(CommandError, match="1 secrets do not open"):
        call_command("rotate_credential_keys")
    assert f"credentials.credential.client_secret:{broken.pk}" in capsys.readouterr().err
    columns = stored()
    assert columns[broken.pk] == "plain"
    for credential in (good, other):
        assert columns[credential.pk].startswith(f"v1:{newest_key_id()}:")


def test_a_row_that_is_deleted_meanwhile_is_no_error(settings, old_keys):
    first, second = make_credential(), make_credential()
    put_new_key_in_front(settings)
    (column,) = [column for column in keys.columns() if column.label.endswith("client_secret")]
    rotation = keys.rotate(column)
    assert next(rotation) is None
    Credential.objects.filter(pk__in=[first.pk, second.pk]).exclude(
        pk__in=[pk for pk, text in stored().items() if newest_key_id() in text]
    ).delete()
    assert list(rotation) == [None]


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

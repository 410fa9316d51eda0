"""The encrypted column: ciphertext at rest, bound to its row, strict when it is read, silent when it is dumped."""

import base64
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from credentials.models import Credential
from neurons_admin.encryption import EncryptedField, Secret, SecretUnreadable, key_id_of, keyring, newest_key_id
from tests.factories import make_credential
from tests.signing_in import CANARY

pytestmark = pytest.mark.django_db
FIELD = Credential._meta.get_field("client_secret")


def new_key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


def raw(credential):
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM credentials_credential WHERE id = %s", [credential.pk])
        return cursor.fetchone()[0]


def set_raw(credential, text):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE credentials_credential SET client_secret = %s WHERE id = %s", [text, credential.pk])


def again(credential):
    return Credential.objects.get(pk=credential.pk)


def test_the_raw_column_is_ciphertext_with_the_id_of_its_key():
    stored = raw(make_credential(secret=CANARY))
    assert CANARY not in stored
    assert stored.startswith(f"v1:{newest_key_id()}:gAAAA")
    assert key_id_of(stored) == newest_key_id()


@pytest.mark.parametrize("value", [CANARY, "0", "False", " spaces ", "Ünï©ode ☃ 🔑", "v1:looks:stored", "x" * 4000])
def test_what_goes_in_comes_out(value):
    credential = Credential(tenant_id=new_id(), client_id=new_id(), client_secret=value)
    credential.save()
    assert again(credential).client_secret.reveal() == value


def new_id():
    return "8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f"


def test_the_same_value_twice_gives_two_ciphertexts():
    assert raw(make_credential(secret=CANARY)) != raw(make_credential(secret=CANARY))


def test_an_unrelated_edit_leaves_the_ciphertext_alone():
    credential = again(make_credential("Contoso"))
    before = raw(credential)
    credential.description = "changed"
    credential.save()
    assert raw(credential) == before


def test_a_wrong_key_is_an_error_that_changes_nothing(settings):
    credential = make_credential("Contoso", secret=CANARY)
    before, right_keys = raw(credential), settings.CREDENTIAL_KEYS
    settings.CREDENTIAL_KEYS = [new_key()]
    found = again(credential)
    with pytest.raises(SecretUnreadable) as caught:
        found.client_secret.reveal()
    assert "credentials.credential.client_secret" in str(caught.value)
    assert CANARY not in str(caught.value)
    found.description = "edited while the key was missing"
    found.save()
    assert raw(credential) == before
    settings.CREDENTIAL_KEYS = right_keys
    assert again(credential).client_secret.reveal() == CANARY


@pytest.mark.parametrize("text", [CANARY, "v1::", "v1:nokey:token", "ünlesbar", "gAAAAABm", "v2:x:y", "null"])
def test_plaintext_in_the_column_is_refused(text):
    credential = make_credential()
    set_raw(credential, text)
    with pytest.raises(SecretUnreadable) as caught:
        again(credential).client_secret.reveal()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "damage",
    [lambda t: t[:-4], lambda t: t[:-1] + "é", lambda t: t[:20] + ("B" if t[20] == "A" else "A") + t[21:], str.upper],
)
def test_a_damaged_value_is_refused(damage):
    credential = make_credential()
    prefix, token = raw(credential).rsplit(":", 1)
    set_raw(credential, f"{prefix}:{damage(token)}")
    with pytest.raises(SecretUnreadable):
        again(credential).client_secret.reveal()


def test_a_value_moved_to_another_row_is_refused():
    mine, theirs = make_credential(secret=CANARY), make_credential(secret="another-secret-value")
    set_raw(theirs, raw(mine))
    with pytest.raises(SecretUnreadable, match="belongs to another row"):
        again(theirs).client_secret.reveal()
    assert again(mine).client_secret.reveal() == CANARY


def test_a_secret_handed_from_row_to_row_is_sealed_anew():
    mine, theirs = make_credential(secret=CANARY), make_credential()
    theirs.client_secret = again(mine).client_secret
    theirs.save()
    assert raw(theirs) != raw(mine)
    assert again(theirs).client_secret.reveal() == CANARY


@pytest.mark.parametrize(
    "lookup", ["client_secret", "client_secret__contains", "client_secret__in", "client_secret__gt"]
)
def test_it_cannot_be_searched(lookup):
    value = [CANARY] if lookup.endswith("in") else CANARY
    with pytest.raises(FieldError, match="cannot be searched"):
        Credential.objects.filter(**{lookup: value}).exists()
    with pytest.raises(FieldError):
        Credential.objects.exclude(**{lookup: value}).exists()


@pytest.mark.parametrize("value", [CANARY, Secret(CANARY), None, 1])
def test_it_cannot_be_written_past_the_row(value):
    credential = make_credential()
    before = raw(credential)
    with pytest.raises(FieldError), transaction.atomic():
        Credential.objects.filter(pk=credential.pk).update(client_secret=value)
    assert raw(credential) == before


def test_bulk_create_encrypts_and_bulk_update_refuses():
    rows = [Credential(tenant_id=new_id(), client_id=new_id(), client_secret=CANARY) for _ in range(2)]
    Credential.objects.bulk_create(rows)
    assert CANARY not in raw(rows[0])
    assert again(rows[1]).client_secret.reveal() == CANARY
    with pytest.raises(FieldError):
        Credential.objects.bulk_update(rows, ["client_secret"])


@pytest.mark.parametrize("value", [None, 5, b"bytes", ["list"]])
def test_only_text_or_a_secret_can_be_assigned(value):
    with pytest.raises(TypeError):
        make_credential().client_secret = value


def test_values_gives_a_secret_that_does_not_open():
    make_credential(secret=CANARY)
    (found,) = Credential.objects.values_list("client_secret", flat=True)
    assert CANARY not in repr(found)
    with pytest.raises(SecretUnreadable):
        found.reveal()


def test_dumpdata_is_refused(capsys):
    make_credential("Contoso", secret=CANARY)
    with pytest.raises(CommandError, match="secrets are not dumped"):
        call_command("dumpdata", "credentials")
    with pytest.raises(FieldError):
        serializers.serialize("json", Credential.objects.all())
    assert CANARY not in capsys.readouterr().out


def test_a_model_form_cannot_have_it():
    with pytest.raises(FieldError):
        forms.modelform_factory(Credential, fields=["client_secret"])
    assert "client_secret" not in forms.modelform_factory(Credential, fields="__all__").base_fields


def test_failed_validation_leaves_nothing_behind_for_other_rows():
    stored = make_credential(secret=CANARY)
    for bad in ("x" * 100_000, "\0", "v1:a:b"):
        broken = Credential(name="n" * 500, tenant_id="no guid", client_secret=bad)
        with pytest.raises(ValidationError):
            broken.full_clean()
    assert again(stored).client_secret.reveal() == CANARY
    assert make_credential(secret="after-the-failure").client_secret.reveal() == "after-the-failure"


@pytest.mark.django_db(transaction=True)
def test_threads_that_validate_do_not_disturb_threads_that_read():
    stored = make_credential(secret=CANARY)
    stop = threading.Event()

    def validate():
        while not stop.is_set():
            try:
                FIELD.clean("x" * 100_000, stored)
                Credential(name="n" * 500, tenant_id="no guid").full_clean()
            except ValidationError:
                pass
        connections.close_all()

    def read():
        try:
            return [again(stored).client_secret.reveal() for _ in range(100)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        noise = [pool.submit(validate) for _ in range(2)]
        readers = [pool.submit(read) for _ in range(3)]
        values = {value for reader in readers for value in reader.result(timeout=60)}
        stop.set()
        for each in noise:
            each.result(timeout=60)
    assert values == {CANARY}


def test_a_row_without_a_primary_key_cannot_hold_a_secret():
    credential = Credential(id=None, tenant_id=new_id(), client_id=new_id(), client_secret=CANARY)
    credential.pk = None
    with pytest.raises(FieldError, match="primary key"):
        FIELD.pre_save(credential, add=True)


def test_the_field_is_rebuilt_from_a_migration_as_it_is():
    _name, path, args, kwargs = FIELD.deconstruct()
    assert (path, args, kwargs) == ("neurons_admin.encryption.EncryptedField", [], {})
    assert isinstance(EncryptedField(*args, **kwargs), EncryptedField)


@pytest.mark.parametrize("keys", [[], ["not base64!"], ["c2hvcnQ="], [base64.b64encode(b"a" * 32).decode()], ["é"]])
def test_weak_or_missing_keys_are_refused_by_name(settings, keys):
    settings.CREDENTIAL_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="CREDENTIAL_KEYS"):
        keyring()


def test_a_key_may_be_given_in_either_base64_alphabet(settings):
    key = b"\xfb\xff" + secrets.token_bytes(30)
    settings.CREDENTIAL_KEYS = [base64.b64encode(key).decode()]
    standard = keyring()
    settings.CREDENTIAL_KEYS = [base64.urlsafe_b64encode(key).decode()]
    assert keyring() == standard

"""Key pairs: made here, read from a file, and refused in words."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.db import IntegrityError, connection, transaction

from credentials import rotation
from credentials.certificates import CertificateError, as_der, facts_of, generate, read_pair
from credentials.models import Credential
from tests.certificates import certificate, elliptic_key, private, rsa_key
from tests.factories import make_credential


@pytest.mark.parametrize("years", [1, 2])
def test_one_that_is_made_is_valid_at_once_and_ends_after_its_years(years):
    pair = generate("Contoso act", years)
    made = x509.load_pem_x509_certificate(pair.certificate.encode())
    key = load_pem_private_key(pair.private_key.reveal().encode(), None)
    assert made.public_key() == key.public_key()
    assert made.not_valid_before_utc < datetime.now(UTC)
    assert (made.not_valid_after_utc - datetime.now(UTC)).days in {365 * years - 1, 365 * years}
    assert facts_of(pair.certificate).key_size == 2048


def test_its_private_key_does_not_show():
    pair = generate("Contoso act", 1)
    assert "PRIVATE KEY" not in repr(pair) + str(pair)


@pytest.mark.parametrize("traditional", [False, True])
def test_a_file_is_read_in_any_order_and_without_what_else_stands_in_it(traditional):
    issuer = certificate(rsa_key(1))
    own = certificate()
    pem = f"subject=CN = Test\n{issuer}\n{private(traditional=traditional)}\n{own}"
    pair = read_pair(pem.encode())
    assert pair.certificate == own
    assert load_pem_private_key(pair.private_key.reveal().encode(), None).public_key() == rsa_key().public_key()


REFUSED = {
    "nothing of the kind": (lambda: "hello", "not a PEM file"),
    "bytes": (lambda: "\0\x01\x02" * 100, "not a PEM file"),
    "no key": (certificate, "no private key"),
    "no certificate": (private, "no certificate"),
    "a password": (lambda: certificate() + private(password="pass word"), "protected by a password"),
    "an old password": (
        lambda: certificate() + private(password="pass word", traditional=True),
        "protected by a password",
    ),
    "another key": (lambda: certificate() + private(rsa_key(1)), "not that of the certificate"),
    "a short key": (lambda: certificate(rsa_key(0, 1024)) + private(rsa_key(0, 1024)), "1024 bits"),
    "elliptic": (lambda: certificate(elliptic_key()) + private(elliptic_key()), "not an RSA key"),
    "expired": (lambda: certificate(begins=-9, ends=-2) + private(), "expired on"),
    "not yet": (lambda: certificate(begins=5) + private(), "valid from"),
    "a damaged key": (lambda: certificate() + private().replace("MII", "AAA", 1), "cannot be read"),
    "half a key": (lambda: certificate() + private()[:200], "cut off"),
    "a damaged certificate": (lambda: certificate().replace("MII", "AAA", 1) + private(), "cannot be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_of_no_use_is_refused_in_words(case):
    make, words = REFUSED[case]
    with pytest.raises(CertificateError, match=words) as caught:
        read_pair(make().encode())
    assert "BEGIN" not in str(caught.value)


def with_certificate(name="Contoso"):
    credential = make_credential(name)
    credential.set_certificate(read_pair((certificate() + private()).encode()))
    credential.save()
    return Credential.objects.get(pk=credential.pk)


@pytest.mark.django_db
class TestModel:
    def test_it_takes_the_place_of_the_secret_and_brings_its_end(self):
        credential = with_certificate()
        assert not credential.client_secret
        assert credential.private_key.reveal() == private()
        assert credential.days_left in range(397, 401)
        assert credential.get_secret_expiry_source_display() == "end of the certificate"
        assert credential.stored_words.startswith(f"thumbprint {credential.certificate_facts.thumbprint[:8]}")

    def test_a_secret_takes_its_place_again(self):
        credential = with_certificate()
        credential.set_secret("abc8Q~another-one-that-is-long")
        credential.save()
        assert not credential.private_key
        assert credential.certificate == ""

    @pytest.mark.parametrize(
        "change",
        [
            "client_secret = 'v1:x:y'",
            "certificate = ''",
            "private_key = ''",
            "certificate = '', private_key = ''",
            "staged_certificate = 'x'",
            "staged_private_key = 'x'",
        ],
    )
    def test_the_database_keeps_exactly_one_of_secret_and_certificate(self, change):
        credential = with_certificate()
        with pytest.raises(IntegrityError, match="credential_"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE credentials_credential SET {change} WHERE id = %s", [credential.pk])

    def test_its_key_is_encrypted_and_rotates(self, settings):
        credential = with_certificate()
        with connection.cursor() as cursor:
            cursor.execute("SELECT private_key FROM credentials_credential WHERE id = %s", [credential.pk])
            (before,) = cursor.fetchone()
        assert before.startswith("v1:")
        settings.CREDENTIAL_KEYS = [base64.b64encode(bytes(range(32))).decode(), *settings.CREDENTIAL_KEYS]
        (column,) = [found for found in rotation.columns() if found.label == "credentials.Credential.private_key"]
        assert (column.total, column.outdated) == (1, 1)
        assert rotation.seal_anew(column.field, credential.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT private_key FROM credentials_credential WHERE id = %s", [credential.pk])
            assert cursor.fetchone()[0].split(":")[1] != before.split(":")[1]
        assert Credential.objects.get(pk=credential.pk).private_key.reveal() == private()


def test_the_public_part_is_a_certificate_and_nothing_else():
    assert x509.load_der_x509_certificate(as_der(certificate())).public_key() == rsa_key().public_key()

"""Certificates to sign in with: made here or uploaded, looked at, and given out without their private key."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.views.decorators.debug import sensitive_variables

from neurons_admin.encryption import Secret

# What Microsoft's own instructions for app registrations use.
KEY_SIZE: Final = 2048
LARGEST_FILE: Final = 32 * 1024
# A clock that is behind ours must not find the certificate not valid yet.
_CLOCKS_DIFFER = timedelta(minutes=10)
_SUBJECT = "Neurons Admin"


class CertificateError(Exception):
    """What was uploaded is of no use; the text says why, for people, and holds nothing of it."""


@dataclass(frozen=True)
class KeyPair:
    """A certificate, which is public, with its private key, which is not. Both are PEM."""

    certificate: str
    private_key: Secret


@dataclass(frozen=True)
class Facts:
    """What a certificate says of itself. Entra's pages show the SHA-1 thumbprint; signing in names the SHA-256 one."""

    subject: str
    thumbprint: str
    sha256: str
    valid_from: datetime
    valid_until: datetime
    key_size: int

    @property
    def last_day(self) -> date:
        """The last whole day on which it is good, in UTC."""
        return (self.valid_until - timedelta(days=1)).date()


def generate(name: str, years: int) -> KeyPair:
    """A new key pair with a self-signed certificate that is good for so many years."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{_SUBJECT} {name}"[:64].strip())])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return KeyPair(certificate.public_bytes(serialization.Encoding.PEM).decode(), _sealed(key))


@sensitive_variables()
def read_pair(pem: bytes) -> KeyPair:
    """The key pair in an uploaded PEM file. Raises CertificateError with what is wrong.

    Nothing but the two is kept: other certificates of the file, comments and attributes are left out.
    """
    key = _read_key(pem)
    if key.key_size < KEY_SIZE:
        raise CertificateError(f"The key has {key.key_size} bits. Entra takes RSA keys of {KEY_SIZE} bits or more.")
    certificate = _matching(key, pem)
    now = datetime.now(UTC)
    if certificate.not_valid_after_utc <= now:
        raise CertificateError(f"The certificate expired on {certificate.not_valid_after_utc:%-d %b %Y}.")
    if certificate.not_valid_before_utc > now:
        raise CertificateError(f"The certificate is valid from {certificate.not_valid_before_utc:%-d %b %Y} only.")
    return KeyPair(certificate.public_bytes(serialization.Encoding.PEM).decode(), _sealed(key))


def facts_of(certificate: str) -> Facts:
    """What a certificate in PEM says of itself."""
    read = x509.load_pem_x509_certificate(certificate.encode())
    key = read.public_key()
    return Facts(
        subject=read.subject.rfc4514_string(),
        thumbprint=read.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - a name, nothing rests on it
        sha256=read.fingerprint(hashes.SHA256()).hex().upper(),
        valid_from=read.not_valid_before_utc,
        valid_until=read.not_valid_after_utc,
        key_size=key.key_size if isinstance(key, rsa.RSAPublicKey) else 0,
    )


def as_der(certificate: str) -> bytes:
    """A certificate in PEM as a .cer file holds it."""
    return x509.load_pem_x509_certificate(certificate.encode()).public_bytes(serialization.Encoding.DER)


@sensitive_variables()
def _read_key(pem: bytes) -> rsa.RSAPrivateKey:
    if b"-----BEGIN" not in pem:
        raise CertificateError(
            "This is not a PEM file. A .pfx or .p12 file can be turned into one:"
            " openssl pkcs12 -in file.pfx -nodes -out file.pem"
        )
    block = _private_key_block(pem)
    if b"ENCRYPTED" in block:
        raise CertificateError(
            "The private key in it is protected by a password. Upload it without one; it is encrypted here."
        )
    try:
        key = serialization.load_pem_private_key(block, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CertificateError("The private key in it cannot be read.") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CertificateError("The private key in it is not an RSA key, which signing in takes.")
    return key


@sensitive_variables()
def _private_key_block(pem: bytes) -> bytes:
    """The first private key of a file, from its BEGIN line to its END line."""
    before, marker, _rest = pem.partition(b"PRIVATE KEY-----")
    begin = before.rfind(b"-----BEGIN")
    if not marker or begin < 0:
        raise CertificateError("There is no private key in it. The file must hold the certificate and its private key.")
    end = pem.find(b"-----END", begin)
    stop = pem.find(b"PRIVATE KEY-----", end)
    if end < 0 or stop < 0:
        raise CertificateError("The private key in it is cut off.")
    return pem[begin : stop + len(b"PRIVATE KEY-----")] + b"\n"


@sensitive_variables()
def _matching(key: rsa.RSAPrivateKey, pem: bytes) -> x509.Certificate:
    """The certificate of this key: a file may hold those of its issuers, too."""
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        raise CertificateError("There is no certificate in it. The file must hold the certificate and its private key.")
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise CertificateError("The certificate in it cannot be read.") from None
    for certificate in found:
        if certificate.public_key() == key.public_key():
            return certificate
    raise CertificateError("The private key in it is not that of the certificate.")


@sensitive_variables()
def _sealed(key: rsa.RSAPrivateKey) -> Secret:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Secret(pem.decode())

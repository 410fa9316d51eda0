"""Secrets at rest: a strict field over django-fernet-encrypted-fields, with keys of its own and a binding to its row.

What is stored is `v1:<key id>:<Fernet token>`. The token's plaintext begins with the row it belongs to, so that a value
copied into another row or field does not open. What is read is a `Secret`, which gives its value to `reveal()` only.
docs/decisions/0004-secrets-at-rest.md says why each rule is there.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from encrypted_fields.fields import EncryptedTextField

VERSION = "v1"
SEPARATOR = "\n"


class SecretUnreadable(Exception):
    """A stored secret does not open: the key is missing, or the value was not written here or not for this row."""


@lru_cache(maxsize=8)
def _keyring(keys: tuple[str, ...]) -> dict[str, bytes]:
    """Key ids and Fernet keys, newest first. Raises ImproperlyConfigured for a key that is not 32 random bytes."""
    ring: dict[str, bytes] = {}
    for key in keys:
        try:
            raw = base64.urlsafe_b64decode(key)
        except ValueError as exc:
            raise ImproperlyConfigured("CREDENTIAL_KEYS: a key is not valid base64.") from exc
        if len(raw) != 32 or len(set(raw)) < 12:
            raise ImproperlyConfigured("CREDENTIAL_KEYS: each key must be 32 random bytes, base64-encoded.")
        ring[hashlib.sha256(b"credential key id" + raw).hexdigest()[:8]] = base64.urlsafe_b64encode(raw)
    if not ring:
        raise ImproperlyConfigured("CREDENTIAL_KEYS is empty: name at least one key.")
    return ring


def keyring() -> dict[str, bytes]:
    """The keys in force, by id, newest first."""
    return _keyring(tuple(settings.CREDENTIAL_KEYS))


def newest_key_id() -> str:
    """The id of the key that encrypts."""
    return next(iter(keyring()))


def key_id_of(stored: str) -> str:
    """The id of the key that a stored value was encrypted with; empty for a value not written by this field."""
    parts = stored.split(":", 2)
    return parts[1] if len(parts) == 3 and parts[0] == VERSION else ""


class Secret:
    """A secret value that does not show, print, pickle or serialise; only `reveal()` gives it.

    It is either fresh (typed in, not stored yet) or stored (opened when revealed, against the row it came from).
    """

    __slots__ = ("_plain", "_stored", "owner")

    def __init__(self, plain: str = "", *, stored: str = "", owner: str = "") -> None:
        self._plain = plain
        self._stored = stored
        self.owner = owner

    def reveal(self) -> str:
        """The value in clear. Raises SecretUnreadable, which names the field and row and never the value."""
        return _open(self._stored, self.owner) if self._stored else self._plain

    @property
    def stored(self) -> str:
        """The ciphertext, if this secret was read from the database."""
        return self._stored

    def __bool__(self) -> bool:
        return bool(self._stored or self._plain)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return "<Secret>"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret cannot be pickled.")


def seal(plain: str, owner: str) -> str:
    """Encrypt `plain` for the row and field named by `owner`, with the newest key."""
    key_id, key = next(iter(keyring().items()))
    token = Fernet(key).encrypt(f"{owner}{SEPARATOR}{plain}".encode()).decode()
    return f"{VERSION}:{key_id}:{token}"


def _open(stored: str, owner: str) -> str:
    key = keyring().get(key_id_of(stored))
    if key is None:
        raise SecretUnreadable(f"{owner}: no key in CREDENTIAL_KEYS opens this secret.")
    try:
        text = Fernet(key).decrypt(stored.split(":", 2)[2]).decode()
    except (InvalidToken, ValueError):  # ValueError: what stands there was never a token
        raise SecretUnreadable(f"{owner}: the stored secret is damaged.") from None
    bound_to, _, plain = text.partition(SEPARATOR)
    if bound_to != owner:
        raise SecretUnreadable(f"{owner}: the stored secret belongs to another row.")
    return plain


class _SecretAttribute(DeferredAttribute):
    """Gives a row's attribute as a Secret that knows its row."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Secret) and not value.owner:
            value.owner = self.field.owner(instance)  # type: ignore[attr-defined]
        return value

    def __set__(self, instance: Any, value: object) -> None:
        if isinstance(value, str):
            value = Secret(value)
        if not isinstance(value, Secret):
            raise TypeError(f"{self.field}: assign a string or a Secret.")
        instance.__dict__[self.field.attname] = value


class EncryptedField(EncryptedTextField):  # type: ignore[misc]
    """A text column that holds one secret, encrypted and bound to its row.

    The primary key must be known before saving (a UUID default). Values are written by saving an instance, never by
    `update()`; lookups other than `isnull` and dumping to a fixture are refused.
    """

    descriptor_class = _SecretAttribute

    if TYPE_CHECKING:
        # What _SecretAttribute does, for the type checker.
        def __get__(self, instance: models.Model, owner: Any) -> Secret: ...
        def __set__(self, instance: models.Model, value: str | Secret) -> None: ...

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(blank=True, default=Secret, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("blank", "default", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs

    def owner(self, instance: models.Model) -> str:
        """What a value is bound to: model, field and primary key."""
        return f"{self.model._meta.label_lower}.{self.attname}:{instance.pk}"

    @property
    def keys(self) -> list[bytes]:
        """The library's keys, taken from CREDENTIAL_KEYS instead of SECRET_KEY."""
        return list(keyring().values())

    @property
    def f(self) -> MultiFernet:
        """The library's cipher, never cached on the shared field object."""
        return MultiFernet([Fernet(key) for key in self.keys])

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The stored form: what was read stays as it is, what is fresh is sealed for this row."""
        secret: Secret = getattr(model_instance, self.attname)
        owner = self.owner(model_instance)
        if not secret or (secret.stored and secret.owner == owner):
            return secret.stored
        if model_instance.pk is None:
            raise FieldError(f"{self}: the row needs its primary key before a secret can be bound to it.")
        stored = seal(secret.reveal(), owner)
        setattr(model_instance, self.attname, Secret(stored=stored, owner=owner))
        return stored

    def get_prep_value(self, value: Any) -> str:
        """Accept what `pre_save` made, and nothing that has not been sealed."""
        if value == "" or (isinstance(value, str) and key_id_of(value)):
            return str(value)
        if isinstance(value, Secret) and not value:
            return ""
        raise FieldError(f"{self}: a secret is written by saving its row.")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> str:
        return str(value) if prepared else self.get_prep_value(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Secret:
        """A Secret, still closed. It opens strictly: see `Secret.reveal`."""
        return Secret(stored=value or "")

    def to_python(self, value: Any) -> Secret:
        return value if isinstance(value, Secret) else Secret(str(value or ""))

    def clean(self, value: Any, model_instance: models.Model | None) -> Secret:
        """Nothing to validate: the forms do. Touches no state of the shared field object."""
        return self.to_python(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self}: an encrypted column cannot be searched.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> NoReturn:
        raise FieldError(f"{self}: secrets are not dumped. Back up the database instead.")

    def formfield(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise FieldError(f"{self}: write a form with a write-only field for it.")


def encrypted_fields(models_to_search: Sequence[type[models.Model]]) -> list[EncryptedField]:
    """Every encrypted column of the given models: what a rotation of keys has to visit."""
    return [
        field for model in models_to_search for field in model._meta.local_fields if isinstance(field, EncryptedField)
    ]

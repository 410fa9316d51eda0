"""The session engine: Django's contract for `request.session` on rows of our own.

Beside Django's own engine: the key is stored hashed; limits are asked of the row whenever it is loaded; a session that
was ended cannot come back to life by saving it, or by giving it another key.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from neurons_admin.access.models.session import Session, SessionQuerySet


class SessionGoneError(UpdateError):
    """The session was ended while somebody was about to go on with it."""


def hashed(key: str) -> str:
    """What a row is recognised by. A key has 165 random bits: a plain hash of it cannot be reversed by trying."""
    return hashlib.sha256(key.encode()).hexdigest()


class SessionStore(SessionBase):
    """What `request.session` is. `row` is what the database held when it was loaded."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Session | None = None
        # Whether it was ended by this very request; only then the browser is told to forget its cookie.
        self.was_flushed = False
        self._facts: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        """The session's contents; empty, and without a key, for one that does not let in any more."""
        key = self.session_key
        self.row = Session.objects.alive().filter(key_hash=hashed(key)).first() if key else None
        if self.row is None:
            self._session_key = None
            return {}
        contents: dict[str, Any] = self.decode(self.row.data)
        return contents

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=hashed(session_key)).exists()

    def create(self) -> None:
        """Begin a row with a key of its own."""
        while True:
            self._session_key = self._new_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write the contents. Raises UpdateError where the row is no more, CreateError where it is there already.

        What else the row says (when it was seen, when a proof was given) is left to whoever changes that.
        """
        if self.session_key is None:
            return self.create()
        values = self._values(self._contents(no_load=must_create))
        if must_create:
            try:
                with transaction.atomic():
                    values |= {"key_hash": hashed(self.session_key), "seen_at": timezone.now()}
                    self.row = Session.objects.create(**values)
            except IntegrityError as exc:
                raise CreateError from exc
        else:
            self._change(**values)
        self._facts = {}
        return None

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(key_hash=hashed(key)).delete()

    def flush(self) -> None:
        super().flush()
        self.row, self.was_flushed = None, True

    def cycle_key(self) -> None:
        """Go on under another key. Raises SessionGoneError: what has been ended does not begin anew by that."""
        contents = self._contents()
        if self.row is None:
            self.create()
            self._session_cache = contents
        else:
            self._rekey()

    @classmethod
    def clear_expired(cls) -> None:
        used = timezone.now() - timedelta(minutes=settings.SESSION_IDLE_MINUTES)
        Session.objects.filter(expires_at__lte=timezone.now()).delete()
        Session.objects.filter(member__isnull=False, seen_at__lte=used).delete()

    # What Django's contract does not know.

    @property
    def proved_at(self) -> datetime | None:
        """When whoever sits there last proved who they are, as of the beginning of this request."""
        self._contents()
        return self.row.proved_at if self.row else None

    def note(self, **facts: Any) -> None:
        """Have the row say more of the session (address, browser, proved_at) when it is saved next."""
        self._facts |= facts
        self.modified = True

    def prove(self) -> None:
        """A proof was given: from here on under another key. Raises SessionGoneError."""
        self._contents()
        self._rekey(proved_at=timezone.now(), wrong_proofs=0)

    def take_try(self, most: int) -> bool:
        """Count one more try to prove; False when there have been too many since the last good one."""
        tries = self._rows().filter(wrong_proofs__lt=most)
        return bool(tries.update(wrong_proofs=F("wrong_proofs") + 1))

    def seen(self) -> None:
        """Somebody uses it."""
        self._rows().update(seen_at=timezone.now())

    # Two methods of Django's base class that its type stubs leave out.

    def _contents(self, *, no_load: bool = False) -> dict[str, Any]:
        contents: dict[str, Any] = self._get_session(no_load=no_load)  # type: ignore[attr-defined]
        return contents

    def _new_key(self) -> str:
        return str(self._get_new_session_key())  # type: ignore[attr-defined]

    def _rows(self) -> SessionQuerySet:
        return Session.objects.filter(key_hash=hashed(self.session_key or ""))

    def _rekey(self, **values: Any) -> None:
        new = self._new_key()
        try:
            self._change(key_hash=hashed(new), **values)
        except UpdateError as exc:
            raise SessionGoneError from exc
        self._session_key = new
        self.modified = True

    def _change(self, **values: Any) -> None:
        """Change the row, if it is still there."""
        if not self._rows().update(**values):
            raise UpdateError
        for name, value in values.items():
            setattr(self.row, name, value)

    def _values(self, contents: dict[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        member_id = int(contents[SESSION_KEY]) if SESSION_KEY in contents else None
        is_same = self.row is not None and self.row.member_id == member_id
        began_at = self.row.began_at if self.row and is_same else now
        lasts = (
            timedelta(hours=settings.SESSION_HOURS) if member_id else timedelta(minutes=settings.SESSION_IDLE_MINUTES)
        )
        return {
            "data": self.encode(contents),
            "member_id": member_id,
            "began_at": began_at,
            "expires_at": began_at + lasts,
            **self._facts,
        }

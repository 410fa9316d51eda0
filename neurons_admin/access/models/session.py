"""Sessions, each a row: whoever may sit there, since when, from where, and when they last proved who they are."""

import uuid
from datetime import timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from neurons_admin.access.models.user import User

# How exactly it is known when a session was last used: a moment of more than this ago is written anew.
SEEN_EVERY: Final = timedelta(minutes=1)


class SessionQuerySet(models.QuerySet["Session"]):
    def alive(self) -> Self:
        """Those that still let somebody in: not too long unused, not too old."""
        used = timezone.now() - timedelta(minutes=settings.SESSION_IDLE_MINUTES)
        return self.filter(Q(member=None) | Q(seen_at__gt=used), expires_at__gt=timezone.now())

    def of(self, member: User) -> Self:
        """All sessions of a member."""
        return self.filter(member=member)

    def forget_proofs(self) -> None:
        """Have whoever sits there prove anew who they are, before anything that does harm."""
        self.update(proved_at=None)

    def end(self) -> int:
        """End them: the rows are gone, and with them what a cookie could name. Returns how many there were."""
        return self.delete()[0]


class Session(models.Model):
    """One session. The cookie holds the key; the row holds what a key is recognised by and cannot be made from."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    # What pages call it: knowing it gives nothing.
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    data = models.TextField()
    # None as long as nobody has signed in.
    member = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    # None where nobody has, or where it counts no more.
    proved_at = models.DateTimeField(null=True)
    wrong_proofs = models.PositiveSmallIntegerField(default=0)
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=60, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"session of {self.member_id} since {self.began_at:%Y-%m-%d %H:%M}"

    @property
    def is_seen_long_ago(self) -> bool:
        """Whether its last use is to be written down anew."""
        return timezone.now() - self.seen_at >= SEEN_EVERY

"""How many wrong tries there may be before somebody has to wait: django-axes, with limits of our own.

What is counted is a pair of account and address, and an address alone. An account alone is not: whoever knows a name
could keep its owner out. The second step is the exception, for who tries there has the password already.
Counts are rows of the database. Names are kept as keyed hashes, for people type passwords into that field.
"""

from typing import Any, Final

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from neurons_admin.access.addresses import counted_address
from neurons_admin.access.models import User

# Wrong tries within AXES_COOLOFF_TIME of each other, after the last of which that time has to pass.
PAIR_LIMIT: Final = 5
ADDRESS_LIMIT: Final = 30
SECOND_STEP_LIMIT: Final = 10
# No username has a blank. Nobody guesses a passkey: there only the address is counted.
PASSKEY: Final = "a passkey"
# The same for who comes back from Microsoft.
MICROSOFT: Final = "a sign-in with Microsoft"
_SECOND_STEP: Final = "second step of "

Attempts = QuerySet[Any]


class Throttle(AxesDatabaseHandler):  # type: ignore[misc]
    """Axes' own handler, which knows one limit for everything; AXES_FAILURE_LIMIT is how many may be reached: none."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, str] | None = None) -> int:
        """How many of the limits are reached."""
        return len(_reached(request, (credentials or {}).get("username") or ""))

    def user_logged_in(self, sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
        """Forget the wrong tries of this account from this address, and no others: somebody else's stay counted."""
        names = [_hashed(user.get_username()), _hashed(second_step_of(user))]
        AccessAttempt.objects.filter(username__in=names, ip_address=counted_address(request)).delete()

    def user_logged_out(self, sender: object, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
        """Nothing is kept of that."""


def second_step_of(member: User) -> str:
    """The name under which wrong codes of a member are counted."""
    return f"{_SECOND_STEP}{member.pk}"


def is_locked(request: HttpRequest, name: str) -> bool:
    """Whether whoever asks has to wait before they try as `name` once more."""
    return not AxesProxyHandler.is_allowed(request, {"username": name})


def count(request: HttpRequest, name: str) -> None:
    """Count a wrong try. The one that reaches a limit is answered by the page that asks to wait."""
    user_login_failed.send(sender=__name__, credentials={"username": name}, request=request)


def was_looked_at(request: HttpRequest) -> bool:
    """Whether the wrong try of this very request was one at all, and not refused unseen."""
    return getattr(request, "axes_failures_since_start", None) is not None


def has_begun(request: HttpRequest) -> bool:
    """Whether the wrong try of this very request has reached a limit."""
    return bool(getattr(request, "axes_failures_since_start", 0))


def counted_name(request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """What axes keeps of a name."""
    return _hashed((credentials or {}).get("username") or "")


def too_many(
    request: HttpRequest, _response: HttpResponse | None = None, credentials: dict[str, str] | None = None
) -> HttpResponse:
    """The page that asks to wait, and says how long."""
    name = (credentials or {}).get("username") or ""
    last = [found.aggregate(last=Max("attempt_time"))["last"] for found in _reached(request, name)]
    seconds = (
        int(max([(moment + settings.AXES_COOLOFF_TIME - timezone.now()).total_seconds() for moment in last], default=0))
        + 1
    )
    answer = render(request, "429.html", {"minutes": max(1, -(-seconds // 60))}, status=429)
    answer.headers["Retry-After"] = str(max(1, seconds))
    return answer


def _reached(request: HttpRequest, name: str) -> list[Attempts]:
    """The tries that count together and have come to their limit."""
    recent = AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME)
    address = counted_address(request)
    by_name = recent.filter(username=_hashed(name))
    limits = [(recent.filter(ip_address=address), ADDRESS_LIMIT)]
    if name.startswith(_SECOND_STEP):
        limits.append((by_name, SECOND_STEP_LIMIT))
    elif name not in {PASSKEY, MICROSOFT}:
        limits.append((by_name.filter(ip_address=address), PAIR_LIMIT))
    return [found for found, limit in limits if _sum(found) >= limit]


def _sum(attempts: Attempts) -> int:
    return attempts.aggregate(all=Sum("failures_since_start"))["all"] or 0


def _hashed(name: str) -> str:
    return salted_hmac("neurons_admin.access.throttle", name.casefold(), algorithm="sha256").hexdigest()

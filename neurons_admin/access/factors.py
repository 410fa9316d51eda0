"""Second factors: how members add, use and lose them. Each change is recorded in its own transaction."""

import time
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from neurons_admin.access import codes
from neurons_admin.access.models import AuthenticatorApp, Passkey, RecoveryCode, Session, User
from neurons_admin.access.services import Refused
from neurons_admin.audit.models import record

RECOVERY_CODES: Final = 10
MOST_OF_A_KIND: Final = 10
APP: Final = "authenticator app"
PASSKEY: Final = "passkey"
TOO_MANY: Final = f"Nobody needs more than {MOST_OF_A_KIND} of a kind: remove one first."
LAST_ONE: Final = "This is your last one, and nobody works here without. Add another one first, then remove this."

Factor = AuthenticatorApp | Passkey


def has_any(member: User) -> bool:
    """Whether a member has a second factor. Recovery codes alone are none."""
    return has_app(member) or member.passkeys.exists()


def has_app(member: User) -> bool:
    """Whether a member has an authenticator app in use."""
    return AuthenticatorApp.objects.in_use().filter(member=member).exists()


@transaction.atomic
def begin_app(member: User) -> AuthenticatorApp:
    """Make the secret of an app that is to be added; one that was begun before and not finished is forgotten.

    Raises Refused.
    """
    _locked(member)
    AuthenticatorApp.objects.filter(member=member, confirmed_at=None).delete()
    if member.authenticator_apps.count() >= MOST_OF_A_KIND:
        raise Refused(TOO_MANY)
    app = AuthenticatorApp(member=member, name="Authenticator app")
    app.secret = codes.new_secret()
    app.save()
    return app


@transaction.atomic
def confirm_app(member: User, app: AuthenticatorApp, code: str, name: str) -> list[str] | None:
    """Take an app into use, once it has shown a code.

    Returns the member's recovery codes if these were made with it, else nothing; None where the code is wrong.
    """
    _locked(member)
    step = codes.step_of(app.secret.reveal(), code, time.time())
    begun = AuthenticatorApp.objects.being_added().filter(pk=app.pk, member=member)
    if step is None or not begun.exists():
        return None
    is_first = not has_any(member)
    begun.update(confirmed_at=timezone.now(), last_step=step, name=name)
    return _added(member, APP, name, is_first=is_first)


@transaction.atomic
def add_passkey(member: User, name: str, **columns: Any) -> list[str]:
    """Keep a passkey that was verified; returns the recovery codes if these were made with it. Raises Refused."""
    _locked(member)
    if member.passkeys.count() >= MOST_OF_A_KIND:
        raise Refused(TOO_MANY)
    if Passkey.objects.filter(credential_id=columns["credential_id"]).exists():
        raise Refused("This passkey is in use here already.")
    is_first = not has_any(member)
    Passkey.objects.create(member=member, name=name, **columns)
    return _added(member, PASSKEY, name, is_first=is_first)


@transaction.atomic
def remove(member: User, factor: Factor, *, is_needed: bool) -> None:
    """Forget a factor of one's own; `is_needed` says that one has to stay. Raises Refused."""
    _locked(member)
    kind = APP if isinstance(factor, AuthenticatorApp) else PASSKEY
    rows = type(factor).objects.filter(pk=factor.pk, member=member)
    if not rows.delete()[0]:
        return
    if not has_any(member):
        if is_needed:
            raise Refused(LAST_ONE)
        member.recovery_codes.all().delete()
    record("member.way_removed", member, actor=member, detail={"kind": kind, "name": factor.name})


@transaction.atomic
def make_recovery_codes(member: User) -> list[str]:
    """Give a member recovery codes, in the place of those they had. They are known here only at this moment."""
    made = _recovery_codes(member)
    record("member.recovery_codes_made", member, actor=member)
    return made


@transaction.atomic
def accept(member: User, code: str) -> str:
    """Use a code up; returns what it was ("totp", "recovery"), or nothing where it is wrong or was used before."""
    if codes.looks_like_recovery_code(code):
        unused = RecoveryCode.objects.filter(member=member, code_hash=codes.hash_of(code), used_at=None)
        if not unused.update(used_at=timezone.now()):
            return ""
        left = member.recovery_codes.filter(used_at=None).count()
        record("member.recovery_code_used", member, actor=member, detail={"left": left})
        return "recovery"
    for app in AuthenticatorApp.objects.in_use().filter(member=member):
        step = codes.step_of(app.secret.reveal(), code, time.time())
        if step is not None and _use(app, step):
            return "totp"
    return ""


@transaction.atomic
def reset(member: User, *, by: User | None) -> int:
    """Take all second factors from a member who has lost theirs, and end their sessions; returns how many there were.

    Without `by` somebody did it on the server itself. Raises Refused: superusers are for superusers, and one's own
    factors are removed where one proves who one is.
    """
    _locked(member)
    if by is not None and member.is_superuser and not by.is_superuser:
        raise Refused("Only a superuser can do that for a superuser.")
    if by == member:
        raise Refused("Your own are on your profile page, under “Ways to sign in”.")
    gone = member.passkeys.count() + AuthenticatorApp.objects.in_use().filter(member=member).count()
    for rows in (member.passkeys, member.authenticator_apps, member.recovery_codes):
        rows.all().delete()
    Session.objects.of(member).end()
    record("member.ways_reset", member, actor=by, detail={"removed": gone})
    return gone


@transaction.atomic
def note_wrong_code(member: User, address: str, *, throttled: bool = False) -> None:
    """Record a wrong code after a right password, and whether it was the last one for some time."""
    record("sign_in.code_refused", member, actor=AnonymousUser(), detail={"address": address})
    if throttled:
        record("sign_in.throttled", member, actor=AnonymousUser(), detail={"address": address})


def _added(member: User, kind: str, name: str, *, is_first: bool) -> list[str]:
    record("member.way_added", member, actor=member, detail={"kind": kind, "name": name})
    return _recovery_codes(member) if is_first else []


def _recovery_codes(member: User) -> list[str]:
    made = [codes.new_recovery_code() for _ in range(RECOVERY_CODES)]
    member.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(member=member, code_hash=codes.hash_of(code)) for code in made)
    return made


def _use(app: AuthenticatorApp, step: int) -> bool:
    """Whether a code is used here for the first time; of two at once one is."""
    unused = AuthenticatorApp.objects.filter(pk=app.pk, last_step__lt=step)
    return bool(unused.update(last_step=step, used_at=timezone.now()))


def _locked(member: User) -> None:
    """Hold the member's row until the transaction ends, so that two changes come one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=member.pk)

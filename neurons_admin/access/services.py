"""What can be done with members, and signing in and out: the rules, the transactions, the audit events."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.contrib.auth.models import AnonymousUser, Group
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from neurons_admin.access.models import Membership, Role, Scope, User
from neurons_admin.audit.models import record

NOBODY_LEFT: Final = "This is the last active superuser. Make somebody else one first, or nobody could manage members."
NOT_YOURS: Final = "Only a superuser can change a superuser, or make one."


class Refused(Exception):
    """It cannot be done; the message says why, in words for the page. Nothing was changed."""


@dataclass(frozen=True)
class Particulars:
    """What can be said about a member, beside the sign-in name and the password."""

    first_name: str
    last_name: str
    email: str
    roles: frozenset[str]
    is_superuser: bool
    # By role, the names of the scopes that it is for; a role that is not among them is for everybody.
    scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def in_words(self) -> list[str]:
        """The roles, each with whom it is for where that is not everybody."""
        return [
            f"{role} ({', '.join(sorted(self.scopes[role]))})" if self.scopes.get(role) else role
            for role in sorted(self.roles)
        ]

    @property
    def held(self) -> set[tuple[str, str]]:
        """Role and scope of each row that this makes; an empty scope for everybody."""
        return {(role, scope) for role in self.roles for scope in self.scopes.get(role) or {""}}


def particulars_of(member: User) -> Particulars:
    """What is said about a member now. Groups that are no roles are left out."""
    scopes: dict[str, set[str]] = {}
    for role, scope in _memberships(member).values_list("group__name", "scope__name"):
        scopes.setdefault(role, set()).add(scope or "")
    limited = {role: frozenset(names) for role, names in scopes.items() if "" not in names}
    names = member.first_name, member.last_name, member.email
    return Particulars(*names, frozenset(scopes), member.is_superuser, limited)


def held_by(member: User) -> str:
    """The roles that a member has at this moment and whom they are for, as one word to compare with later."""
    held = sorted(f"{role}/{scope}" for role, scope in particulars_of(member).held)
    return hashlib.sha256("\n".join(held).encode()).hexdigest()[:16]


def role_choices() -> list[tuple[str, str]]:
    """Every role that can be given, with what it is for."""
    return [
        (role.name, f"{role.name}: {role.what_for}" if role.what_for else role.name) for role in Role.objects.in_order()
    ]


def add_member(username: str, particulars: Particulars, password: str, *, by: User) -> User:
    """Make a member who can sign in at once. Raises Refused when the name is taken."""
    if particulars.is_superuser and not by.is_superuser:
        raise Refused(NOT_YOURS)
    try:
        with transaction.atomic():
            member = User.objects.create_user(
                username,
                particulars.email,
                password,
                first_name=particulars.first_name,
                last_name=particulars.last_name,
                is_superuser=particulars.is_superuser,
            )
            _give(member, particulars)
            record("member.added", member, actor=by, detail=_rights(particulars))
    except IntegrityError as exc:
        raise Refused(f"There is a member with the username {username} already.") from exc
    return member


@transaction.atomic
def change_member(member: User, wanted: Particulars, *, by: User) -> bool:
    """Save what differs, and record it; False when nothing does. Raises Refused."""
    member, is_last = _taken(member, by)
    before = particulars_of(member)
    if wanted.is_superuser != before.is_superuser:
        _may_change_superuser(member, by, is_last=is_last)
    changes = _differences(before, wanted)
    if not changes:
        return False
    member.first_name, member.last_name, member.email = wanted.first_name, wanted.last_name, wanted.email
    member.is_superuser = wanted.is_superuser
    member.save(update_fields=["first_name", "last_name", "email", "is_superuser"])
    _give(member, wanted)
    member.sessions.all().forget_proofs()
    record("member.changed", member, actor=by, detail=changes)
    return True


@transaction.atomic
def deactivate(member: User, *, by: User) -> None:
    """Keep a member from signing in, and end their sessions. Raises Refused."""
    member, is_last = _taken(member, by)
    if is_last:
        raise Refused(NOBODY_LEFT)
    if member == by:
        raise Refused("You cannot deactivate yourself. Ask another superuser.")
    if member.is_active:
        member.is_active = False
        member.save(update_fields=["is_active"])
        member.sessions.all().end()
        record("member.deactivated", member, actor=by)


@transaction.atomic
def activate(member: User, *, by: User) -> None:
    """Let a member sign in again, with the roles they had. Raises Refused."""
    member, _ = _taken(member, by)
    if not member.is_active:
        member.is_active = True
        member.save(update_fields=["is_active"])
        record("member.activated", member, actor=by)


@transaction.atomic
def set_password(member: User, password: str, *, by: User) -> None:
    """Give another member a new password; all their sessions end. Raises Refused."""
    member, _ = _taken(member, by)
    if member == by:
        raise Refused("Change your own password on your profile page, which asks for the present one.")
    member.set_password(password)
    member.save(update_fields=["password"])
    member.sessions.all().end()
    record("member.password_set", member, actor=by)


@transaction.atomic
def change_own_password(member: User, password: str) -> None:
    """Replace one's own password; the caller has seen the present one, and keeps this session alive.

    What does harm is asked about anew: the new password is then the proof.
    """
    member.set_password(password)
    member.save(update_fields=["password"])
    member.sessions.all().forget_proofs()
    record("member.password_changed", member, actor=member)


@transaction.atomic
def end_session(member: User, reference: uuid.UUID, *, by: User) -> bool:
    """End one session of a member; False where there is none (any more)."""
    ended = member.sessions.filter(reference=reference)
    where = ended.values("address", "browser").first()
    if not ended.end():
        return False
    record("member.session_ended", member, actor=by, detail=dict(where or {}))
    return True


@transaction.atomic
def end_sessions(member: User, *, by: User, but: uuid.UUID | None = None) -> int:
    """End all sessions of a member, with `but` an exception; returns how many there were."""
    number = member.sessions.exclude(reference=but).end() if but else member.sessions.all().end()
    if number:
        record("member.sessions_ended", member, actor=by, detail={"sessions": number})
    return number


def note_sign_in(member: User, address: str, *, by: str = "") -> None:
    """Record that somebody proved who they are; `by` names the second factor."""
    detail: dict[str, object] = {"address": address}
    record("sign_in.succeeded", member, actor=member, detail=detail | ({"by": by} if by else {}))


@transaction.atomic
def note_failed_sign_in(username: str, address: str, *, throttled: bool = False) -> None:
    """Record an attempt with a wrong name or password, and whether it was the last one for some time.

    A name that nobody has is not written down: people type passwords into that field, and the trail keeps for ever.
    """
    member = User.objects.filter(username=username).first()
    subject = member or User(username="an unknown username")
    record("sign_in.refused", subject, actor=AnonymousUser(), detail={"address": address})
    if throttled:
        record("sign_in.throttled", subject, actor=AnonymousUser(), detail={"address": address})


def note_sign_out(member: User, address: str) -> None:
    """Record that somebody left."""
    record("sign_in.ended", member, actor=member, detail={"address": address})


def note_proof(member: User, way: str) -> None:
    """Somebody who is signed in proved once more that they are this member, in the way of this name."""
    record("sign_in.proved", member, actor=member, detail={"way": way})


def note_wrong_proof(member: User, way: str) -> None:
    """Somebody who is signed in as this member could not prove it."""
    record("sign_in.not_proved", member, actor=member, detail={"way": way})


def note_too_many_proofs(member: User) -> None:
    """A session ends, for too many wrong answers were given in it."""
    record("sign_in.shut_out", member, actor=member)


def _taken(member: User, by: User) -> tuple[User, bool]:
    """The member's row, locked until the transaction ends, and whether it is the only active superuser.

    All active superusers are locked with it, in one order, so that two who take each other's rights away come one after
    the other and the second finds out. Raises Refused: superusers are for superusers.
    """
    is_last_line = Q(is_superuser=True, is_active=True)
    rows = User.objects.select_for_update(no_key=True).filter(Q(pk=member.pk) | is_last_line).order_by("pk")
    by_key = {user.pk: user for user in rows}
    locked = by_key[member.pk]
    if locked.is_superuser and not by.is_superuser:
        raise Refused(NOT_YOURS)
    return locked, [user.pk for user in by_key.values() if user.is_superuser and user.is_active] == [locked.pk]


def _groups(roles: frozenset[str]) -> QuerySet[Group]:
    """The groups behind some roles, held until the transaction ends, so that none is deleted meanwhile."""
    return Group.objects.select_for_update(of=("self",), no_key=True).filter(role__isnull=False, name__in=roles)


def _memberships(member: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=member, group__role__isnull=False)


def _give(member: User, wanted: Particulars) -> None:
    """Make the rows of a member's roles those that are wanted. Raises Refused for a scope that is no more."""
    groups = {group.name: group for group in _groups(wanted.roles)}
    names = {scope for _, scope in wanted.held if scope}
    # Held until the transaction ends, so that none is deleted or changed meanwhile.
    scopes = {scope.name: scope for scope in Scope.objects.select_for_update(no_key=True).filter(name__in=names)}
    if names - scopes.keys():
        raise Refused("One of the scopes has been deleted or renamed meanwhile. Open the page again.")
    rows = {(row.group.name, row.scope.name if row.scope else ""): row for row in _rows(member)}
    gone = [row.pk for key, row in rows.items() if key not in wanted.held]
    Membership.objects.filter(pk__in=gone).delete()
    Membership.objects.bulk_create(
        Membership(user=member, group=groups[role], scope=scopes.get(scope))
        for role, scope in sorted(wanted.held - rows.keys())
        if role in groups
    )


def _rows(member: User) -> QuerySet[Membership]:
    return _memberships(member).select_related("group", "scope")


def _may_change_superuser(member: User, by: User, *, is_last: bool) -> None:
    if not by.is_superuser:
        raise Refused(NOT_YOURS)
    if is_last:
        raise Refused(NOBODY_LEFT)
    if member == by:
        raise Refused("You cannot take your own superuser rights away. Ask another superuser.")


def _rights(particulars: Particulars) -> dict[str, object]:
    return {"roles": particulars.in_words, "superuser": particulars.is_superuser}


def _differences(before: Particulars, after: Particulars) -> dict[str, object]:
    old, new = _facts(before), _facts(after)
    return {name: {"before": old[name], "after": new[name]} for name in old if old[name] != new[name]}


def _facts(particulars: Particulars) -> Mapping[str, object]:
    return {
        "first name": particulars.first_name,
        "last name": particulars.last_name,
        "e-mail": particulars.email,
        **_rights(particulars),
    }
